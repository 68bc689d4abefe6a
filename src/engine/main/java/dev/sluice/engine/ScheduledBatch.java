package dev.sluice.engine;

import dev.sluice.engine.device.Batch;
import dev.sluice.engine.metering.CostSplit;
import dev.sluice.request.Network;
import java.util.List;

/**
 * A batch on its way through the device, and whose rows are in it.
 *
 * @param queue that the rows come from
 * @param rows in the order of the batch's results; none in a warm-up
 * @param size rows of the batch where sizes are constant, padding included
 * @param remedies how often something had been decided against failures of its bundle's batches when it was made ready
 * @param batch what the device gets
 */
record ScheduledBatch(BundleQueue queue, List<JobRow> rows, int size, long remedies, Batch batch) {
    ScheduledBatch {
        rows = List.copyOf(rows);
    }

    Network network() {
        return batch.network();
    }

    /** Empty rows. */
    int padding() {
        return batch.buffers().rows() - rows.size();
    }

    CostSplit split(long nanos) {
        return new CostSplit(nanos, rows.size(), batch.buffers().rows());
    }
}
