package dev.sluice.engine;

import dev.sluice.engine.clock.EngineClock;
import java.time.Duration;

/** When the engine's thread was last seen to go round, so that a batch that never returns can be told from having nothing to do. That thread writes, any thread reads. */
final class Heartbeat {
    private final EngineClock clock;
    private volatile long lastNanos;
    private volatile boolean resting = true;

    Heartbeat(EngineClock clock) {
        this.clock = clock;
    }

    /** Tells that another round begins. */
    void beat() {
        lastNanos = clock.nanos();
        resting = false;
    }

    /** There is nothing to do; silence means nothing until the next beat. */
    void rest() {
        resting = true;
    }

    /** How long the round under way has taken so far; zero at rest. */
    Duration silence() {
        return resting ? Duration.ZERO : Duration.ofNanos(Math.max(0, clock.nanos() - lastNanos));
    }
}
