package dev.sluice.chaos;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for a condition that can only be polled. */
final class Patience {
    private static final Duration LOOK = Duration.ofMillis(100);

    private Patience() {}

    /** Whether the condition held before the time was up. */
    static boolean await(Duration longest, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + longest.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            Thread.sleep(LOOK);
        }
        return true;
    }
}
