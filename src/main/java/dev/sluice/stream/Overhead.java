package dev.sluice.stream;

import dev.sluice.engine.DeviceMeter;
import dev.sluice.request.DeviceUsage;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Device time that no request answers for, cut into charges: at most one per interval, so that the cost topic isn't
 * flooded. Shared by all tasks of a worker; whichever asks first publishes the charge.
 */
public final class Overhead {
    private final DeviceMeter meter;
    private final Duration interval;
    private long sequence;
    private Instant since;

    /**
     * Counts from now on.
     *
     * @param startedAt when the worker started; also what makes its sequence numbers new after a restart
     */
    public Overhead(DeviceMeter meter, Duration interval, Instant startedAt) {
        this.meter = meter;
        this.interval = interval;
        since = startedAt;
        sequence = startedAt.toEpochMilli();
    }

    /** A charge of a worker to itself. */
    record Charge(long sequence, DeviceUsage usage, Instant start, Instant end) {}

    synchronized Optional<Charge> take(Instant now) {
        if (now.isBefore(since.plus(interval))) {
            return Optional.empty();
        }
        DeviceUsage usage = meter.takeOverhead();
        if (usage.deviceNanos() == 0) {
            return Optional.empty();
        }
        Charge charge = new Charge(sequence++, usage, since, now);
        since = now;
        return Optional.of(charge);
    }
}
