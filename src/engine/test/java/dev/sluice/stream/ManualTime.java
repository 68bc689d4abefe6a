package dev.sluice.stream;

import dev.sluice.engine.clock.EngineClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;

/** Simulates time that stands still: the test moves the calendar, the device's calls move the monotonic clock. */
final class ManualTime extends Clock implements EngineClock {
    /** Written by the test's thread. */
    private volatile Instant calendar = Instant.parse("2026-01-01T00:00:00Z");

    private final AtomicLong nanos = new AtomicLong();

    void advanceCalendar(Duration by) {
        calendar = calendar.plus(by);
    }

    void advanceNanos(long by) {
        nanos.addAndGet(by);
    }

    @Override
    public long nanos() {
        return nanos.get();
    }

    @Override
    public Instant now() {
        return calendar;
    }

    @Override
    public Instant instant() {
        return calendar;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("instants only");
    }
}
