package dev.sluice.app;

import dev.sluice.engine.CallRows;
import dev.sluice.engine.CallSizeSweep;
import dev.sluice.engine.SweepTable;
import dev.sluice.model.Bundle;
import dev.sluice.request.Network;
import dev.sluice.request.PerNetwork;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses how many rows calls have where the configuration leaves it open: as chosen before, or else by a sweep.
 * Confined to a thread that is ready to call the bundles.
 */
final class CallSizes {
    private static final Logger LOG = LoggerFactory.getLogger(CallSizes.class);

    private final CallSizeFile file;
    private final CallSizeSweep sweep;
    private final String device;
    private final String libtorch;
    private final int threads;

    /**
     * A chooser; device, libtorch and threads are those that it chooses for.
     *
     * @param sweep of one network
     */
    CallSizes(CallSizeFile file, CallSizeSweep sweep, String device, String libtorch, int threads) {
        this.file = file;
        this.sweep = sweep;
        this.device = device;
        this.libtorch = libtorch;
        this.threads = threads;
    }

    /**
     * Chooses for one bundle, which is not on the device afterwards.
     *
     * @param configured rows of each network's calls, 0 for a choice
     */
    CallRows choose(Bundle bundle, PerNetwork configured) {
        try {
            int denoiser = rows(bundle, Network.DENOISER, configured, Integer.MAX_VALUE);
            return new CallRows(PerNetwork.of(network -> network == Network.DENOISER
                    ? denoiser
                    : rows(bundle, network, configured, CallRows.most(network, denoiser))));
        } finally {
            bundle.residence().unload();
        }
    }

    private int rows(Bundle bundle, Network network, PerNetwork configured, int most) {
        if (configured.get(network) > 0) {
            return Math.toIntExact(configured.get(network));
        }
        return bundle.has(network) && most > 1 ? Math.min(most, swept(bundle, network)) : 1;
    }

    private int swept(Bundle bundle, Network network) {
        CallSizeFile.Key key =
                new CallSizeFile.Key(bundle.identity().sha256(), network.label(), device, libtorch, threads);
        OptionalInt before = file.rows(key);
        if (before.isPresent()) {
            LOG.info(
                    "call_size bundle={} network={} rows={} source=\"chosen at an earlier start\"",
                    bundle.name(),
                    network.label(),
                    before.getAsInt());
            return before.getAsInt();
        }
        SweepTable table = sweep.run(bundle.manifest().layout(network), bundle.network(network));
        int rows = table.knee().rows();
        file.remember(new CallSizeFile.Choice(key, rows));
        LOG.info(
                "call_size bundle={} network={} rows={} source=sweep note=\"kept for the next starts; other workers may"
                        + " choose otherwise, so for equal bits on all of them set {} on each\"\n{}",
                bundle.name(),
                network.label(),
                rows,
                ConfigKey.rowsPerCall(network),
                table.text());
        return rows;
    }
}
