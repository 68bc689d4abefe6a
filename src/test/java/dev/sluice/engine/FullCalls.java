package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Watches that a call is padded only if no row of its network was left waiting, and no image of its lane left to start. */
final class FullCalls implements SimulatedDevice.CallWatcher {
    private final Map<String, Lane> lanes;
    private final List<WatchedJob> jobs;
    private final EngineSettings settings;

    FullCalls(Map<String, Lane> lanes, List<WatchedJob> jobs, EngineSettings settings) {
        this.lanes = lanes;
        this.jobs = jobs;
        this.settings = settings;
    }

    @Override
    public void called(String bundle, Call.Network network, int usedRows) {
        int rowsPerCall = switch (network) {
            case DENOISER -> settings.rowsPerCall();
            case GUIDE -> settings.guideRowsPerCall();
        };
        assertThat(usedRows).isBetween(0, rowsPerCall);
        Lane lane = Objects.requireNonNull(lanes.get(bundle));
        if (usedRows < rowsPerCall) {
            assertThat(lane.waiting(network))
                    .as("%s rows left waiting beside a call with %d of %d", network, usedRows, rowsPerCall)
                    .isZero();
        }
        if (usedRows < rowsPerCall && network == Call.Network.DENOISER) {
            assertThat(jobs)
                    .as("images left waiting beside a call with %d of %d", usedRows, rowsPerCall)
                    .allMatch(job -> job.job().lane() != lane
                            || job.job().ended()
                            || job.job().allImagesStarted());
        }
    }
}
