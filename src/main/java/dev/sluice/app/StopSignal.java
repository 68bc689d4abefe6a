package dev.sluice.app;

import java.util.concurrent.CountDownLatch;

/**
 * Ctrl-C or SIGTERM, as something to wait for. From {@link #hold} on the process stays until {@link #close}, so that what
 * runs can be closed in order first; before, it ends at once, since a start has nothing in hand. One thread holds, waits and
 * closes; the JVM's shutdown signals.
 */
final class StopSignal implements AutoCloseable {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean held;

    StopSignal() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::signal, "sluice-stop"));
    }

    void hold() {
        held = true;
    }

    /** As if somebody had pressed Ctrl-C. */
    void ask() {
        asked.countDown();
    }

    void await() throws InterruptedException {
        asked.await();
    }

    @Override
    public void close() {
        closed.countDown();
    }

    private void signal() {
        ask();
        if (!held) {
            return;
        }
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
