package dev.sluice.engine.metering;

import dev.sluice.request.Network;

/** Keeps a second record of the device time that was spent. Called after every batch, by the thread that metered it. */
@FunctionalInterface
public interface DeviceTimeSink {
    /** Keeps nothing. */
    DeviceTimeSink NONE = (network, nanos) -> {};

    /**
     * The device time up to now.
     *
     * @param nanos all of it in this network's batches
     */
    void spent(Network network, long nanos);
}
