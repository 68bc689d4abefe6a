package dev.sluice.standalone;

import java.io.PrintStream;

/** A bar on a terminal, redrawn in place; plain lines at each tenth where there is no terminal. */
final class ProgressBar {
    private static final int WIDTH = 40;

    private final PrintStream out;
    private final String title;
    private final long total;
    /** Told by the launcher, because the JDK does not say before 22. */
    private final boolean terminal = Boolean.getBoolean("sluice.terminal");

    private int lastTenth = -1;

    ProgressBar(PrintStream out, String title, long total) {
        this.out = out;
        this.title = title;
        this.total = total;
    }

    void show(long done) {
        int filled = (int) (WIDTH * done / Math.max(1, total));
        if (terminal) {
            out.printf("\r%s [%s%s] %d/%d ", title, "=".repeat(filled), " ".repeat(WIDTH - filled), done, total);
        } else if (10 * done / Math.max(1, total) > lastTenth) {
            lastTenth = (int) (10 * done / Math.max(1, total));
            out.printf("%s %d/%d%n", title, done, total);
        }
        out.flush();
    }

    void done() {
        if (terminal) {
            out.println();
        }
    }
}
