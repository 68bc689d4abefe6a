package dev.sluice.stream;

import dev.sluice.engine.metering.DeviceMeter;
import dev.sluice.request.DeviceUsage;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Device time that no request answers for, cut into charges: at most one per interval, so that the cost topic isn't
 * flooded. Shared by all tasks of a worker; whichever asks first publishes the charge.
 *
 * <p>Each nanosecond that the meter has counted is in exactly one of these places:
 * <ul>
 *   <li>a committed charge, of a request or of overhead;
 *   <li>a charge in a transaction that is open: {@link Transactions} knows of it. Once it is aborted, a request's charge
 *       becomes overhead, since the request is sampled again and charged for that; an overhead charge is given back;
 *   <li>overhead that nobody has taken yet, which the meter knows;
 *   <li>a request that has no outcome yet: its job, or the outcome on the way to the task. If the task goes away, that
 *       becomes overhead too;
 *   <li>a charge whose commit failed, so that nobody here knows whether it is in a committed transaction.
 * </ul>
 * What is not in the first place when the process ends, however it ends, is in its meter file and in no event;
 * {@link LostDeviceTime} charges it at the next start.
 */
public final class OverheadQueue {
    private final DeviceMeter meter;
    private final Duration interval;
    private final Queue<Lost> lost = new ConcurrentLinkedQueue<>();
    private long sequence;
    private Instant since;
    private volatile boolean flushing;

    /**
     * Counts from now on.
     *
     * @param startedAt when the worker started
     */
    public OverheadQueue(DeviceMeter meter, Duration interval, Instant startedAt) {
        this.meter = meter;
        this.interval = interval;
        since = startedAt;
    }

    /** A charge of a worker to itself, numbered within the process. */
    record Charge(long sequence, DeviceUsage usage, Instant start, Instant end) {}

    /**
     * What another process had not charged when it ended.
     *
     * @param committed what to do when the charge is
     */
    record Lost(String process, DeviceUsage usage, Instant start, Instant end, Runnable committed) {}

    /** Makes each charge due at once from now on, because the worker stops. Any thread may call. */
    public void flush() {
        flushing = true;
    }

    /** A charge to be forwarded in this thread's transaction, if one is due. */
    synchronized Optional<Charge> take(Instant now) {
        if (!flushing && now.isBefore(since.plus(interval))) {
            return Optional.empty();
        }
        DeviceUsage usage = meter.takeOverhead();
        if (usage.deviceNanos() == 0) {
            return Optional.empty();
        }
        // A clock that was set back makes no period end before it starts.
        Charge charge = new Charge(sequence++, usage, since, now.isBefore(since) ? since : now);
        since = charge.end();
        return Optional.of(charge);
    }

    /** A charge that was taken and is in no committed transaction. */
    void giveBack(Charge charge) {
        meter.giveBackOverhead(charge.usage());
    }

    /** Whether anything is left to be charged. */
    boolean any() {
        return meter.anyOverhead() || !lost.isEmpty();
    }

    /** A charge for another process to be forwarded in this thread's transaction, if there is one. */
    Optional<Lost> takeLost() {
        return Optional.ofNullable(lost.poll());
    }

    /** Adds device time to be charged for another process, or again. Any thread may call. */
    void lost(Lost charge) {
        lost.add(charge);
    }
}
