package dev.sluice.engine;

/** Keeps a second record of the device time that was spent. Called after every call, by the thread that metered it. */
@FunctionalInterface
public interface DeviceTimeSink {
    /** Keeps nothing. */
    DeviceTimeSink NONE = (denoiserNanos, guideNanos) -> {};

    /**
     * The device time up to now.
     *
     * @param denoiserNanos all of it in denoiser calls
     * @param guideNanos all of it in guide calls
     */
    void spent(long denoiserNanos, long guideNanos);
}
