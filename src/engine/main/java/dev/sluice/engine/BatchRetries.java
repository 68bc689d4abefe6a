package dev.sluice.engine;

import dev.sluice.engine.device.BatchResult.Failure;
import dev.sluice.engine.device.BundleResidency;
import dev.sluice.model.OutOfDeviceMemoryException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the rows of a batch that failed are worth another try, and what is done about it first. Confined to the engine's loop. */
final class BatchRetries {
    private static final Logger LOG = LoggerFactory.getLogger(BatchRetries.class);

    private final BundleResidency residency;

    BatchRetries(BundleResidency residency) {
        this.residency = residency;
    }

    /**
     * Whether the same rows may be tried again. That is so where something was decided since the batch was made ready that may
     * keep it from failing; or where it failed for lack of memory, and there is now more: bundles without jobs leave, or batches
     * become half as large.
     */
    boolean worthwhile(ScheduledBatch batch, Failure failure) {
        return remedied(batch) || makeRoom(batch, failure);
    }

    private boolean remedied(ScheduledBatch batch) {
        return batch.remedies() < residency.remedies() + batch.queue().reloads();
    }

    private boolean makeRoom(ScheduledBatch batch, Failure failure) {
        if (!(failure.cause() instanceof OutOfDeviceMemoryException)) {
            return false;
        }
        BundleQueue queue = batch.queue();
        if (failure.whileLoading()) {
            return residency.shrinkAround(queue.resident());
        }
        if (batch.size() > queue.scheduler().batchSize(batch.network()) || residency.sendIdleAway(queue.resident())) {
            return true;
        }
        Optional<Integer> half = queue.halve(batch.network());
        half.ifPresent(rows -> LOG.warn(
                "call_halved bundle={} network={} rows_per_call={} reason={}",
                queue.name(),
                batch.network(),
                rows,
                failure.cause().getMessage()));
        return half.isPresent();
    }
}
