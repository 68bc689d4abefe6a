package dev.sluice.stream;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the requests that this worker has started and not settled. Written by stream threads, read by any. */
final class InFlight {
    private static final Duration LOOK = Duration.ofMillis(20);

    private final AtomicInteger requests = new AtomicInteger();

    void started() {
        requests.incrementAndGet();
    }

    void left(int count) {
        requests.addAndGet(-count);
    }

    boolean any() {
        return requests.get() > 0;
    }

    /** Waits until none are left; false where some still are after the patience. */
    boolean awaitNone(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (requests.get() > 0 && System.nanoTime() < end) {
            Thread.sleep(LOOK);
        }
        return requests.get() == 0;
    }
}
