package dev.sluice.engine.clock;

import java.time.Clock;
import java.time.Instant;

/** The engine's two clocks: a monotonic one for durations and cost, the calendar for deadlines. */
public interface EngineClock {
    /** Nanoseconds of a clock that never goes back, from an arbitrary origin. */
    long nanos();

    /** The calendar's time. */
    Instant now();

    /** The machine's own clocks. */
    EngineClock SYSTEM = of(Clock.systemUTC());

    /** The machine's monotonic clock and this calendar. */
    static EngineClock of(Clock calendar) {
        return new EngineClock() {
            @Override
            public long nanos() {
                return System.nanoTime();
            }

            @Override
            public Instant now() {
                return calendar.instant();
            }
        };
    }
}
