package dev.sluice.engine;

import dev.sluice.engine.metering.CostSplit;
import dev.sluice.model.Bundle;
import dev.sluice.model.RowBuffers;
import dev.sluice.request.Network;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * The rows that go to a network together, written into its buffers, and what has to happen on the device before.
 *
 * @param rowsPerCall the batch's size where sizes are constant, padding included
 * @param departures bundles that leave the device first
 * @param fresh whether the batch's own bundle is loaded anew, because it failed
 * @param remedies how often something had been decided against failures of its bundle's batches when it was made ready
 */
record Batch(
        BundleQueue queue,
        Network network,
        List<Row> rows,
        RowBuffers buffers,
        int rowsPerCall,
        List<Bundle> departures,
        boolean fresh,
        long remedies) {
    /** Brings the batch's bundle to the device. On the device's thread. */
    void bringBundle() {
        departures.forEach(bundle -> bundle.residence().unload());
        if (fresh) {
            queue.bundle().residence().unload();
        }
        queue.bundle().residence().load();
    }

    /**
     * Evaluates the network on the rows. On the device's thread.
     *
     * @return the network's results, row after row; valid until the buffers are filled again
     */
    FloatBuffer evaluate() {
        return queue.bundle().evaluate(network, buffers);
    }

    CostSplit split(long nanos) {
        return new CostSplit(nanos, rows.size(), buffers.rows());
    }
}
