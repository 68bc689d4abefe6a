package dev.sluice.request;

/**
 * Device time that somebody answers for, in integer nanoseconds so that sums are exact.
 *
 * @param nanos time in each network's batches
 * @param paddingNanos the part of all that paid for empty rows
 * @param rows rows evaluated, padding left out
 */
public record DeviceUsage(PerNetwork nanos, long paddingNanos, long rows) {
    public static final DeviceUsage NONE = new DeviceUsage(PerNetwork.NONE, 0, 0);

    /** Time in one network's batches. */
    public static DeviceUsage of(Network network, long nanos, long paddingNanos, long rows) {
        return new DeviceUsage(PerNetwork.of(network, nanos), paddingNanos, rows);
    }

    public long deviceNanos() {
        return nanos.total();
    }

    public DeviceUsage plus(DeviceUsage other) {
        return new DeviceUsage(nanos.plus(other.nanos), paddingNanos + other.paddingNanos, rows + other.rows);
    }
}
