package dev.sluice.engine;

import dev.sluice.model.Bundle;
import dev.sluice.model.RowBuffers;
import dev.sluice.request.Network;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * The rows that go to a network together, written into its buffers, and what has to happen on the device before.
 *
 * @param rowsPerCall the call's size where sizes are constant, padding included
 * @param departures bundles that leave the device first
 * @param fresh whether the call's own bundle is loaded anew, because it failed
 * @param remedies how often something had been decided against failures of its bundle's calls when it was made ready
 */
record Call(
        Lane lane,
        Network network,
        List<Row> rows,
        RowBuffers buffers,
        int rowsPerCall,
        List<Bundle> departures,
        boolean fresh,
        long remedies) {
    /** Brings the call's bundle to the device. On the device's thread. */
    void bringBundle() {
        departures.forEach(bundle -> bundle.residence().unload());
        if (fresh) {
            lane.bundle().residence().unload();
        }
        lane.bundle().residence().load();
    }

    /**
     * Evaluates the network on the rows. On the device's thread.
     *
     * @return the network's results, row after row; valid until the buffers are filled again
     */
    FloatBuffer evaluate() {
        return lane.bundle().evaluate(network, buffers);
    }

    CostSplit split(long nanos) {
        return new CostSplit(nanos, rows.size(), buffers.rows());
    }
}
