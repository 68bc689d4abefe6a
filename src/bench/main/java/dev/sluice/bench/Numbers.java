package dev.sluice.bench;

import java.util.Locale;

/** How figures are written for people. */
final class Numbers {
    private Numbers() {}

    /** Four significant digits, as many as these measurements bear. */
    static String brief(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e9) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        double size = Math.abs(value);
        return String.format(Locale.ROOT, size >= 1000 ? "%.0f" : size >= 100 ? "%.1f" : "%.4f", value);
    }

    static String percent(long part, long all) {
        return String.format(Locale.ROOT, "%.2f %%", 100.0 * part / all);
    }

    static String seconds(double seconds) {
        return seconds < 90
                ? String.format(Locale.ROOT, "%.0f s", seconds)
                : String.format(Locale.ROOT, "%.0f min", seconds / 60);
    }
}
