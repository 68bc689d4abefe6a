package dev.sluice.app;

import dev.sluice.engine.CallRows;
import dev.sluice.engine.CallSizeSweep;
import dev.sluice.engine.SweepTable;
import dev.sluice.model.Bundle;
import dev.sluice.model.RowBuffers;
import java.util.OptionalInt;
import java.util.function.Consumer;
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
     * @param rowsPerCall what is configured, empty for a choice
     * @param guideRowsPerCall the same for guide calls
     */
    CallRows choose(Bundle bundle, OptionalInt rowsPerCall, OptionalInt guideRowsPerCall) {
        try {
            int denoiser = rowsPerCall.orElseGet(
                    () -> rows(bundle, "denoiser", call -> bundle.denoiser().evaluate(call)));
            int most = CallRows.mostOfGuide(denoiser);
            int guide = guideRowsPerCall.orElseGet(() -> bundle.guide()
                    .map(module -> Math.min(most, rows(bundle, "guide", module::evaluate)))
                    .orElse(1));
            return new CallRows(denoiser, guide);
        } finally {
            bundle.residence().unload();
        }
    }

    private int rows(Bundle bundle, String network, Consumer<RowBuffers> module) {
        CallSizeFile.Key key = new CallSizeFile.Key(bundle.identity().sha256(), network, device, libtorch, threads);
        OptionalInt before = file.rows(key);
        if (before.isPresent()) {
            LOG.info(
                    "call_size bundle={} network={} rows={} source=\"chosen at an earlier start\"",
                    bundle.name(),
                    network,
                    before.getAsInt());
            return before.getAsInt();
        }
        SweepTable table = sweep.run(bundle.manifest().sample().elements(), module);
        int rows = table.knee().rows();
        file.remember(new CallSizeFile.Choice(key, rows));
        LOG.info(
                "call_size bundle={} network={} rows={} source=sweep note=\"kept for the next starts; other workers may"
                        + " choose otherwise, so for equal bits on all of them set {} on each\"\n{}",
                bundle.name(),
                network,
                rows,
                network.equals("guide") ? "engine.guide-rows-per-call" : "engine.rows-per-call",
                table.text());
        return rows;
    }
}
