package dev.sluice.engine;

import java.time.Duration;

/**
 * Stops calling a bundle that keeps failing. After {@value #FAILURES} failures in a row it opens for a while; then the
 * next call is a trial: success closes it, failure opens it for twice as long. Written by the engine's loop, read by any
 * thread.
 */
final class Breaker {
    private static final int FAILURES = 3;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    private final EngineClock clock;
    private int failures;
    private Duration pause = FIRST_PAUSE;
    private boolean opened;
    private long closedAgainNanos;

    Breaker(EngineClock clock) {
        this.clock = clock;
    }

    /** Whether the bundle must not be called now. */
    synchronized boolean open() {
        return opened && clock.nanos() - closedAgainNanos < 0;
    }

    synchronized void succeeded() {
        failures = 0;
        opened = false;
        pause = FIRST_PAUSE;
    }

    /** Whether this failure opened it. */
    synchronized boolean failed() {
        failures++;
        if (failures < FAILURES) {
            return false;
        }
        if (opened) {
            Duration doubled = pause.multipliedBy(2);
            pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
        }
        opened = true;
        closedAgainNanos = clock.nanos() + pause.toNanos();
        return true;
    }
}
