package dev.sluice.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** Time that passes only when told to. Safe from any thread. */
final class SimulatedClock implements EngineClock {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final AtomicLong nanos = new AtomicLong();

    @Override
    public long nanos() {
        return nanos.get();
    }

    @Override
    public Instant now() {
        return START.plusNanos(nanos.get());
    }

    void advance(long byNanos) {
        nanos.addAndGet(byNanos);
    }

    void advance(Duration by) {
        advance(by.toNanos());
    }
}
