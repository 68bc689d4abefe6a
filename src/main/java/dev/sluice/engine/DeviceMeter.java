package dev.sluice.engine;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Where device time went: every nanosecond in a call is either charged to a job or overhead (warm-up, failed calls, jobs
 * whose owner went away). {@code deviceNanos = chargedNanos + overheadNanos} at every instant between two calls. Written
 * by the engine's thread, read by any.
 */
public final class DeviceMeter {
    private final AtomicLong device = new AtomicLong();
    private final AtomicLong overhead = new AtomicLong();
    private final AtomicLong overheadTaken = new AtomicLong();

    /** Time in calls. */
    public long deviceNanos() {
        return device.get();
    }

    /** Time in calls that no job answers for. */
    public long overheadNanos() {
        return overhead.get();
    }

    /** Time in calls that jobs answer for, ended ones and those under way. */
    public long chargedNanos() {
        return device.get() - overhead.get();
    }

    /** The overhead since this was last asked, for whoever publishes it. */
    public long takeOverheadNanos() {
        long now = overhead.get();
        return now - overheadTaken.getAndSet(now);
    }

    void charged(long nanos) {
        device.addAndGet(nanos);
    }

    void wasted(long nanos) {
        overhead.addAndGet(nanos);
        device.addAndGet(nanos);
    }

    /** Time that was charged to a job which nobody will be told of. */
    void writtenOff(long nanos) {
        overhead.addAndGet(nanos);
    }
}
