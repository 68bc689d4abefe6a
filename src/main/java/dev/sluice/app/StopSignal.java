package dev.sluice.app;

import java.util.concurrent.CountDownLatch;

/**
 * Ctrl-C or SIGTERM, as something to wait for: the process stays until {@link #close}, so that what runs can be closed
 * in order first. One thread waits and closes; the JVM's shutdown signals.
 */
final class StopSignal implements AutoCloseable {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    StopSignal() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::signal, "sluice-stop"));
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
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
