package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.model.RowBuffers;
import dev.sluice.request.BatchSize;
import dev.sluice.request.Network;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Watches that calls have the size they should, and that one is padded only if no row of its network was left waiting, and
 * no image of its queue left to start.
 */
final class FullBatches implements SimulatedDevice.CallWatcher {
    private final Map<String, BundleQueue> queues;
    private final List<WatchedJob> jobs;

    FullBatches(Map<String, BundleQueue> queues, List<WatchedJob> jobs) {
        this.queues = queues;
        this.jobs = jobs;
    }

    @Override
    public void called(String bundle, Network network, RowBuffers rows) {
        BundleQueue queue = Objects.requireNonNull(queues.get(bundle));
        int batchSize = queue.scheduler().batchSize(network);
        boolean warmUp = rows.used() == 0;
        boolean constant = queue.served().batchShape().size() == BatchSize.CONSTANT;
        assertThat(rows.used()).isBetween(0, batchSize);
        assertThat(rows.rows()).as("size of a call").isEqualTo(constant || warmUp ? batchSize : rows.used());
        if (rows.used() < batchSize) {
            assertThat(queue.scheduler().waiting(network))
                    .as("%s rows left waiting beside a call with %d of %d", network, rows.used(), batchSize)
                    .isZero();
        }
        if (rows.used() < batchSize && network == Network.DENOISER) {
            assertThat(jobs)
                    .as("images left waiting beside a call with %d of %d", rows.used(), batchSize)
                    .allMatch(job -> job.job().bundle() != queue.served()
                            || job.job().ended()
                            || !job.job().contexts().complete()
                            || job.job().allImagesStarted());
        }
    }
}
