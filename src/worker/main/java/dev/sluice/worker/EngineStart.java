package dev.sluice.worker;

import dev.sluice.engine.BatchObserver;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineEnvironment;
import dev.sluice.engine.EngineSettings;
import dev.sluice.engine.clock.EngineClock;
import dev.sluice.engine.clock.SteadyClock;
import dev.sluice.engine.device.BatchSizeSweep;
import dev.sluice.engine.metering.MeterFile;
import dev.sluice.engine.scheduling.BatchSizes;
import dev.sluice.model.Bundle;
import dev.sluice.model.TorchScriptBundles;
import dev.sluice.model.VerifiedBundle;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The device's part of a start: loads the bundles, chooses batch sizes, and warms the engine up. Used by one thread. */
final class EngineStart {
    private static final Logger LOG = LoggerFactory.getLogger(EngineStart.class);

    /** Time to measure one network of one bundle, at the first start only. */
    private static final Duration SWEEP_BUDGET = Duration.ofSeconds(5);

    private final WorkerConfig config;
    private final StartReport report;
    private final Opened opened;

    /**
     * A start that has done nothing.
     *
     * @param opened takes over what has to be closed
     */
    EngineStart(WorkerConfig config, StartReport report, Opened opened) {
        this.config = config;
        this.report = report;
        this.opened = opened;
    }

    /** Bundles, and the device that they are loaded for. */
    record Loaded(TorchScriptBundles torch, List<Bundle> bundles) {}

    /** @param around may be put between the engine and each bundle */
    Loaded load(List<VerifiedBundle> verified, UnaryOperator<Bundle> around) {
        TorchScriptBundles torch = config.device().open();
        List<Bundle> bundles =
                verified.stream().map(torch::open).map(around).map(opened::add).toList();
        bundles.forEach(bundle -> LOG.info(
                "bundle_loaded name={} version={} sha256={} device={} libtorch={}",
                bundle.name(),
                bundle.identity().version(),
                bundle.identity().sha256(),
                torch.deviceName(),
                torch.libtorchVersion()));
        return new Loaded(torch, bundles);
    }

    /**
     * An engine that has run its first batches.
     *
     * @param meterFile keeps its device time beyond the process
     * @param batches hears of each batch
     */
    Engine warm(Loaded loaded, SteadyClock clock, MeterFile meterFile, BatchObserver batches)
            throws InterruptedException {
        int threads = config.engine().threads();
        Engine engine = opened.add(new Engine(
                loaded.bundles(),
                settings(loaded),
                new EngineEnvironment(
                        EngineClock.of(clock),
                        meterFile,
                        batches,
                        () -> loaded.torch().prepareCallingThread(threads))));
        report.step(StartReport.Step.WARMING, names(loaded.bundles()), () -> {
            engine.start();
            return engine;
        });
        return engine;
    }

    /** Settings with the configured batch sizes. Those that are left open are chosen on a thread like the engine's. */
    private EngineSettings settings(Loaded loaded) throws InterruptedException {
        EngineOptions options = config.engine();
        BatchSizeChoice sizes = new BatchSizeChoice(
                BatchSizeFile.of(config.stream().stateDirectory()),
                new BatchSizeSweep(EngineClock.SYSTEM, SWEEP_BUDGET),
                OtherProcesses.beside(config.device()),
                BatchSizeChoice.Place.of(loaded.torch(), options.threads()),
                report);
        Map<String, BatchSizes> chosen = CallerThread.call(
                loaded.torch(),
                options.threads(),
                () -> loaded.bundles().stream()
                        .collect(Collectors.toMap(Bundle::name, bundle -> sizes.choose(bundle, options.batchSizes()))));
        return options.with(chosen);
    }

    private static String names(List<Bundle> bundles) {
        return "bundles " + bundles.stream().map(Bundle::name).collect(Collectors.joining(", "));
    }
}
