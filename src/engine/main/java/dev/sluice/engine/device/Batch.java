package dev.sluice.engine.device;

import dev.sluice.model.Bundle;
import dev.sluice.model.RowBuffers;
import dev.sluice.request.Network;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * What the device evaluates in one go: the input of a network's rows, and what has to happen before.
 *
 * @param departures bundles that leave the device first
 * @param fresh whether the batch's own bundle is loaded anew, because it failed
 */
public record Batch(Bundle bundle, Network network, RowBuffers buffers, List<Bundle> departures, boolean fresh) {
    public Batch {
        departures = List.copyOf(departures);
    }

    /** Brings the batch's bundle to the device. On the device's thread. */
    void bringBundle() {
        departures.forEach(departing -> departing.residence().unload());
        if (fresh) {
            bundle.residence().unload();
        }
        bundle.residence().load();
    }

    /**
     * Evaluates the network on the rows. On the device's thread.
     *
     * @return the network's results, row after row; valid until the buffers are filled again
     */
    public FloatBuffer evaluate() {
        return bundle.evaluate(network, buffers);
    }
}
