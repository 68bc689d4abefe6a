package dev.sluice.request;

/**
 * Device time that somebody answers for, in integer nanoseconds so that sums are exact.
 *
 * @param denoiserNanos time in denoiser calls
 * @param guideNanos time in guide calls
 * @param paddingNanos the part of both that paid for empty rows
 * @param rows rows evaluated, padding left out
 */
public record DeviceUsage(long denoiserNanos, long guideNanos, long paddingNanos, long rows) {
    public static final DeviceUsage NONE = new DeviceUsage(0, 0, 0, 0);

    public long deviceNanos() {
        return denoiserNanos + guideNanos;
    }

    public DeviceUsage plus(DeviceUsage other) {
        return new DeviceUsage(
                denoiserNanos + other.denoiserNanos,
                guideNanos + other.guideNanos,
                paddingNanos + other.paddingNanos,
                rows + other.rows);
    }
}
