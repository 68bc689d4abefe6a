package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.metering.DeviceMeter;
import dev.sluice.model.Bundle;
import dev.sluice.request.DeviceUsage;
import java.util.List;

/**
 * Watches that what jobs are charged plus overhead is the time that the device spent, to the nanosecond, and that the
 * rows jobs were charged for are those that went through the modules' doors.
 */
final class CostConserved {
    private final SimulatedDevice device;
    private final InlineDevice results;
    private final List<Bundle> bundles;
    private final DeviceMeter meter;
    private DeviceUsage published = DeviceUsage.NONE;

    /**
     * A watch over one engine.
     *
     * @param device that spends the time
     * @param results what the engine has not heard of yet
     */
    CostConserved(SimulatedDevice device, InlineDevice results, List<Bundle> bundles, DeviceMeter meter) {
        this.device = device;
        this.results = results;
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
        long rows = device.rowsLost() + results.untakenRows() + meter.overhead().rows();
        for (WatchedJob job : jobs) {
            DeviceUsage usage = job.job().usage();
            JobEnd end = job.end();
            if (end != null) {
                assertThat(end.usage())
                        .as("usage of %s stays after its end", job)
                        .isEqualTo(usage);
            }
            assertThat(usage.paddingNanos()).isBetween(0L, usage.deviceNanos());
            if (!job.abandoned()) {
                charged += usage.deviceNanos();
                rows += usage.rows();
            }
        }
        long heardOf = device.nanosSpent() - results.untakenNanos();
        assertThat(meter.deviceNanos()).isEqualTo(heardOf);
        assertThat(meter.chargedNanos()).as("charged").isEqualTo(charged);
        assertThat(charged + meter.overheadNanos()).as("charged + overhead").isEqualTo(heardOf);
        assertThat(rows)
                .as("rows at the modules' doors")
                .isEqualTo(bundles.stream().mapToLong(Bundle::rowsUsed).sum());
    }

    /** After the last event. */
    void judge() {
        publishOverhead();
        assertThat(published.deviceNanos()).as("published overhead").isEqualTo(meter.overheadNanos());
    }
}
