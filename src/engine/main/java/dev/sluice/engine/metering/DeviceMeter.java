package dev.sluice.engine.metering;

import dev.sluice.request.DeviceUsage;
import dev.sluice.request.Network;
import dev.sluice.request.PerNetwork;

/**
 * Where device time went. Every nanosecond in a batch is either charged to a job, or it is overhead: warm-up, loading,
 * failed batches, jobs whose owner went away, rows of jobs that ended while their batch was under way. {@code deviceNanos
 * = chargedNanos + overheadNanos} at every instant. Written by the engine's thread and by whoever drops a job, read by
 * any.
 */
public final class DeviceMeter {
    private final DeviceTimeSink sink;
    private PerNetwork spent = PerNetwork.NONE;
    private DeviceUsage overhead = DeviceUsage.NONE;
    private DeviceUsage untaken = DeviceUsage.NONE;

    /** A meter at zero. */
    public DeviceMeter() {
        this(DeviceTimeSink.NONE);
    }

    /** A meter at zero. The sink knows of a nanosecond before anybody can be charged for it. */
    public DeviceMeter(DeviceTimeSink sink) {
        this.sink = sink;
    }

    /** Time in batches. */
    public synchronized long deviceNanos() {
        return spent.total();
    }

    /** Time in each network's batches. */
    public synchronized PerNetwork spent() {
        return spent;
    }

    /** Time in batches that no job answers for. */
    public synchronized long overheadNanos() {
        return overhead.deviceNanos();
    }

    /** What no job answers for. */
    public synchronized DeviceUsage overhead() {
        return overhead;
    }

    /** Time in batches that jobs answer for, ended ones and those under way. */
    public synchronized long chargedNanos() {
        return deviceNanos() - overhead.deviceNanos();
    }

    /** The overhead since this was last asked, for whoever publishes it. */
    public synchronized DeviceUsage takeOverhead() {
        DeviceUsage taken = untaken;
        untaken = DeviceUsage.NONE;
        return taken;
    }

    /** Whether there is overhead that nobody has taken. */
    public synchronized boolean anyOverhead() {
        return untaken.deviceNanos() > 0;
    }

    /** Overhead that was taken and could not be published. */
    public synchronized void giveBackOverhead(DeviceUsage taken) {
        untaken = untaken.plus(taken);
    }

    public synchronized void charged(Network network, long nanos) {
        spend(network, nanos);
    }

    /** A batch that no job has anything of. */
    public synchronized void wasted(Network network, long nanos) {
        spend(network, nanos);
        add(DeviceUsage.of(network, nanos, 0, 0));
    }

    /** What was charged to a job which nobody will be told of. Any thread may say so. */
    public synchronized void writtenOff(DeviceUsage usage) {
        add(usage);
    }

    private void spend(Network network, long nanos) {
        spent = spent.plus(PerNetwork.of(network, nanos));
        sink.spent(network, spent.get(network));
    }

    private void add(DeviceUsage usage) {
        overhead = overhead.plus(usage);
        untaken = untaken.plus(usage);
    }
}
