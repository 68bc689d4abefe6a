package dev.sluice.worker;

import dev.sluice.engine.device.BatchSizeSweep;
import dev.sluice.engine.device.SweepTable;
import dev.sluice.engine.scheduling.BatchSizes;
import dev.sluice.model.Bundle;
import dev.sluice.model.TorchScriptBundles;
import dev.sluice.request.Network;
import dev.sluice.request.PerNetwork;
import dev.sluice.worker.StartReport.Step;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses how many rows batches have where the configuration leaves it open: as chosen before, or else by a sweep. A choice
 * is kept where nothing is in doubt about it; otherwise it holds for this run, and the next start measures again.
 * Confined to a thread that is ready to call the bundles.
 */
public final class BatchSizeChoice {
    private static final Logger LOG = LoggerFactory.getLogger(BatchSizeChoice.class);

    private final BatchSizeFile file;
    private final BatchSizeSweep sweep;
    private final OtherProcesses others;
    private final Place place;
    private final StartReport report;
    /** Checksum of the bundle that is loaded. */
    private @Nullable String loaded;

    /**
     * A chooser.
     *
     * @param sweep of one network
     * @param report is told when a bundle is loaded and measured
     */
    public BatchSizeChoice(
            BatchSizeFile file, BatchSizeSweep sweep, OtherProcesses others, Place place, StartReport report) {
        this.file = file;
        this.sweep = sweep;
        this.others = others;
        this.place = place;
        this.report = report;
    }

    /** What choices hold for, besides the network. */
    public record Place(String device, String libtorch, int threads) {
        public static Place of(TorchScriptBundles torch, int threads) {
            return new Place(torch.deviceName(), torch.libtorchVersion(), threads);
        }

        /** The form that earlier releases wrote. Their choices still hold, since equal bits are promised per size. */
        private static String kept(String device) {
            return device.startsWith("gpu:") ? device.replace(":", "(") + ")" : device + "()";
        }

        private BatchSizeFile.Key key(Bundle bundle, Network network) {
            return new BatchSizeFile.Key(bundle.identity().sha256(), network.label(), kept(device), libtorch, threads);
        }
    }

    /**
     * What a sweep of one network came to.
     *
     * @param mostRows that it would have tried
     * @param doubts why another sweep may come to something else
     * @param kept for later starts, which nothing is that is in doubt
     */
    public record Swept(Network network, int mostRows, SweepTable table, List<String> doubts, boolean kept) {
        public Swept {
            doubts = List.copyOf(doubts);
        }

        public int rows() {
            return table.knee().rows();
        }
    }

    /**
     * Chooses for one bundle, which is not on the device afterwards.
     *
     * @param configured rows of each network's batches, 0 for a choice
     */
    BatchSizes choose(Bundle bundle, PerNetwork configured) {
        try {
            int denoiser = rows(bundle, Network.DENOISER, configured, BatchSizeSweep.MOST_ROWS);
            return new BatchSizes(PerNetwork.of(network -> network == Network.DENOISER
                    ? denoiser
                    : rows(bundle, network, configured, BatchSizes.most(network, denoiser))));
        } finally {
            unload(bundle);
        }
    }

    /** Measures each network of a bundle of which there is something to choose, whatever was chosen before. */
    public List<Swept> measure(Bundle bundle) {
        try {
            List<Swept> all = new ArrayList<>();
            Swept denoiser = sweep(bundle, Network.DENOISER, BatchSizeSweep.MOST_ROWS);
            all.add(denoiser);
            for (Network network : Network.values()) {
                int most = BatchSizes.most(network, denoiser.rows());
                if (network != Network.DENOISER && bundle.has(network) && most > 1) {
                    all.add(sweep(bundle, network, most));
                }
            }
            return all;
        } finally {
            unload(bundle);
        }
    }

    private int rows(Bundle bundle, Network network, PerNetwork configured, int most) {
        if (configured.get(network) > 0) {
            return Math.toIntExact(configured.get(network));
        }
        if (!bundle.has(network) || most == 1) {
            return 1;
        }
        OptionalInt before = file.rows(place.key(bundle, network), most);
        if (before.isPresent()) {
            LOG.info(
                    "call_size bundle={} network={} rows={} source=\"chosen at an earlier start\" kept=true",
                    bundle.name(),
                    network.label(),
                    before.getAsInt());
            return before.getAsInt();
        }
        return sweep(bundle, network, most).rows();
    }

    private Swept sweep(Bundle bundle, Network network, int most) {
        load(bundle);
        Swept swept = report.step(Step.MEASURING, bundle.name() + "'s " + network.label(), () -> {
            others.watch();
            SweepTable table = sweep.run(bundle.manifest().layout(network), bundle.network(network), most);
            List<String> doubts = new ArrayList<>(table.doubts());
            others.inTheWay().ifPresent(doubts::add);
            return new Swept(network, most, table, doubts, doubts.isEmpty() && keep(bundle, network, most, table));
        });
        tell(bundle, swept);
        return swept;
    }

    private boolean keep(Bundle bundle, Network network, int most, SweepTable table) {
        return file.remember(new BatchSizeFile.Choice(
                place.key(bundle, network),
                table.knee().rows(),
                most,
                Instant.now().toString()));
    }

    private void load(Bundle bundle) {
        if (!bundle.identity().sha256().equals(loaded)) {
            report.step(Step.LOADING, "bundle " + bundle.name(), () -> {
                bundle.residence().load();
                return bundle;
            });
            loaded = bundle.identity().sha256();
        }
    }

    private void unload(Bundle bundle) {
        loaded = null;
        bundle.residence().unload();
    }

    private static void tell(Bundle bundle, Swept swept) {
        String network = swept.network().label();
        for (SweepTable.Measured size : swept.table().measured()) {
            LOG.info(
                    "call_size_measured bundle={} network={} rows={} call_ms={} rows_per_second={} spread={}",
                    bundle.name(),
                    network,
                    size.rows(),
                    rounded(size.batchMillis()),
                    rounded(size.rowsPerSecond()),
                    rounded(size.spread()));
        }
        for (SweepTable.Skipped size : swept.table().firstSkipped()) {
            LOG.info(
                    "call_size_not_measured bundle={} network={} from_rows={} reason=\"{}\"",
                    bundle.name(),
                    network,
                    size.rows(),
                    size.reason().text());
        }
        if (swept.kept()) {
            LOG.info(
                    "call_size bundle={} network={} rows={} most={} source=sweep kept=true note=\"other workers may choose"
                            + " otherwise; for equal bits on all of them set {} on each\"",
                    bundle.name(),
                    network,
                    swept.rows(),
                    swept.mostRows(),
                    ConfigKey.batchSize(swept.network()));
        } else {
            LOG.info(
                    "call_size bundle={} network={} rows={} most={} source=sweep kept=false doubt=\"{}\" note=\"holds for"
                            + " this run; the next start measures again, and so does sluice sweep\"",
                    bundle.name(),
                    network,
                    swept.rows(),
                    swept.mostRows(),
                    String.join("; ", swept.doubts()));
        }
    }

    /** To a thousandth. */
    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
