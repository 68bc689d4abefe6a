package dev.sluice.cli;

import java.time.Duration;

/** How much of a command's time is left, by the monotonic clock, from when this is made. */
final class Stopwatch {
    private final Duration limit;
    private final long startedNanos = System.nanoTime();

    Stopwatch(Duration limit) {
        this.limit = limit;
    }

    Duration limit() {
        return limit;
    }

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - startedNanos);
    }

    boolean isOver() {
        return elapsed().compareTo(limit) > 0;
    }
}
