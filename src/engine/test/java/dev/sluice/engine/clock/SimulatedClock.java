package dev.sluice.engine.clock;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** Time that passes only when told to. Safe from any thread. */
public final class SimulatedClock implements EngineClock {
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

    public void advance(long byNanos) {
        nanos.addAndGet(byNanos);
    }

    public void advance(Duration by) {
        advance(by.toNanos());
    }
}
