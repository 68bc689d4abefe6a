package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.model.Bundle;
import dev.sluice.request.DeviceUsage;
import java.util.List;

/**
 * Watches that what jobs are charged plus overhead is the time that the device spent, to the nanosecond, and that the
 * rows jobs were charged for are those that went through the modules' doors.
 */
final class CostConserved {
    private final SimulatedDevice device;
    private final List<Bundle> bundles;
    private final DeviceMeter meter;
    private DeviceUsage published = DeviceUsage.NONE;

    CostConserved(SimulatedDevice device, List<Bundle> bundles, DeviceMeter meter) {
        this.device = device;
        this.bundles = bundles;
        this.meter = meter;
    }

    /** Takes the overhead, as its publisher does from time to time. */
    void publishOverhead() {
        published = published.plus(meter.takeOverhead());
    }

    /** After an event. */
    void check(List<WatchedJob> jobs) {
        long charged = 0;
        long rows = device.rowsLost();
        for (WatchedJob job : jobs) {
            DeviceUsage usage = job.job().usage();
            JobEnd end = job.end();
            if (end != null) {
                assertThat(end.usage())
                        .as("usage of %s stays after its end", job)
                        .isEqualTo(usage);
            }
            assertThat(usage.paddingNanos()).isBetween(0L, usage.deviceNanos());
            charged += job.abandoned() ? 0 : usage.deviceNanos();
            rows += usage.rows();
        }
        assertThat(meter.deviceNanos()).isEqualTo(device.nanosSpent());
        assertThat(meter.chargedNanos()).as("charged").isEqualTo(charged);
        assertThat(charged + meter.overheadNanos()).as("charged + overhead").isEqualTo(device.nanosSpent());
        assertThat(rows)
                .as("rows at the modules' doors")
                .isEqualTo(bundles.stream()
                        .mapToLong(bundle -> bundle.denoiserRows().used()
                                + bundle.guideRows().used())
                        .sum());
    }

    /** After the last event. */
    void judge() {
        publishOverhead();
        assertThat(published.deviceNanos()).as("published overhead").isEqualTo(meter.overheadNanos());
    }
}
