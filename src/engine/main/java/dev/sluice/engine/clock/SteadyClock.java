package dev.sluice.engine.clock;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calendar's time, without its steps. A system clock that somebody sets an hour forward would let every deadline
 * expire, and one set back would make things end before they began. This one goes by the monotonic clock and follows the
 * system's by at most one part in a hundred, so it never goes back, and no duration is off by more than that.
 *
 * <p>A step is told in the log; starting the process anew takes it over at once. Any thread may ask.
 */
public final class SteadyClock extends Clock {
    private static final Logger LOG = LoggerFactory.getLogger(SteadyClock.class);

    private static final long PARTS = 100;
    private static final Duration STEP = Duration.ofSeconds(1);

    private final Clock system;
    private final LongSupplier nanos;
    private Instant last;
    private long lastNanos;
    private boolean stepped;

    /** A clock that agrees with this one now. */
    public SteadyClock(Clock system) {
        this(system, System::nanoTime);
    }

    SteadyClock(Clock system, LongSupplier nanos) {
        this.system = system;
        this.nanos = nanos;
        last = system.instant();
        lastNanos = nanos.getAsLong();
    }

    @Override
    public synchronized Instant instant() {
        long now = nanos.getAsLong();
        long elapsed = now - lastNanos;
        Instant straight = last.plusNanos(elapsed);
        Duration behind = Duration.between(straight, system.instant());
        tellOfStep(behind);
        Duration most = Duration.ofNanos(elapsed / PARTS);
        Duration correction = behind.abs().compareTo(most) <= 0 ? behind : behind.isNegative() ? most.negated() : most;
        last = straight.plus(correction);
        lastNanos = now;
        return last;
    }

    /** How far ahead the system's calendar is. */
    public synchronized Duration systemAhead() {
        return Duration.between(last.plusNanos(nanos.getAsLong() - lastNanos), system.instant());
    }

    private void tellOfStep(Duration behind) {
        boolean away = behind.abs().compareTo(STEP) > 0;
        if (away && !stepped) {
            LOG.warn("system_clock_stepped by={} followed_at=1/{}", behind, PARTS);
        }
        stepped = away;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    /** Always in UTC: it is asked for instants alone. */
    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
