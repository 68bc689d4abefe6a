package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.model.RowBuffers;
import dev.sluice.request.CallSize;
import dev.sluice.request.Network;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Watches that calls have the size they should, and that one is padded only if no row of its network was left waiting, and
 * no image of its lane left to start.
 */
final class FullCalls implements SimulatedDevice.CallWatcher {
    private final Map<String, Lane> lanes;
    private final List<WatchedJob> jobs;

    FullCalls(Map<String, Lane> lanes, List<WatchedJob> jobs) {
        this.lanes = lanes;
        this.jobs = jobs;
    }

    @Override
    public void called(String bundle, Network network, RowBuffers rows) {
        Lane lane = Objects.requireNonNull(lanes.get(bundle));
        int rowsPerCall = lane.packing().rowsPerCall(network);
        boolean warmUp = rows.used() == 0;
        boolean constant = lane.callShape().size() == CallSize.CONSTANT;
        assertThat(rows.used()).isBetween(0, rowsPerCall);
        assertThat(rows.rows()).as("size of a call").isEqualTo(constant || warmUp ? rowsPerCall : rows.used());
        if (rows.used() < rowsPerCall) {
            assertThat(lane.packing().waiting(network))
                    .as("%s rows left waiting beside a call with %d of %d", network, rows.used(), rowsPerCall)
                    .isZero();
        }
        if (rows.used() < rowsPerCall && network == Network.DENOISER) {
            assertThat(jobs)
                    .as("images left waiting beside a call with %d of %d", rows.used(), rowsPerCall)
                    .allMatch(job -> job.job().lane() != lane
                            || job.job().ended()
                            || !job.job().contexts().complete()
                            || job.job().allImagesStarted());
        }
    }
}
