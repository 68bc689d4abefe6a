package dev.sluice.worker;

import dev.sluice.audit.Audits;
import dev.sluice.codec.EventEncoder;
import dev.sluice.codec.RequestDecoder;
import dev.sluice.engine.BatchObserver;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineSettings;
import dev.sluice.engine.clock.EngineClock;
import dev.sluice.engine.clock.SteadyClock;
import dev.sluice.engine.device.BatchSizeSweep;
import dev.sluice.engine.metering.DeviceMeter;
import dev.sluice.engine.metering.MeterFile;
import dev.sluice.engine.scheduling.BatchSizes;
import dev.sluice.metrics.EngineMeters;
import dev.sluice.metrics.ProcessMeters;
import dev.sluice.metrics.StoreMeters;
import dev.sluice.metrics.StreamMeters;
import dev.sluice.metrics.WorkerMeters;
import dev.sluice.model.Bundle;
import dev.sluice.model.BundleManifest;
import dev.sluice.model.TorchScriptBundles;
import dev.sluice.model.VerifiedBundle;
import dev.sluice.pricing.PriceList;
import dev.sluice.pricing.Tariff;
import dev.sluice.storage.S3ImageStore;
import dev.sluice.storage.StorageCounters;
import dev.sluice.stream.Checkpoints;
import dev.sluice.stream.ImagePublisher;
import dev.sluice.stream.LostDeviceTime;
import dev.sluice.stream.Milestones;
import dev.sluice.stream.MisconfigurationException;
import dev.sluice.stream.OverheadQueue;
import dev.sluice.stream.RequestTraces;
import dev.sluice.stream.StreamWorker;
import dev.sluice.stream.WorkerParts;
import dev.sluice.trace.Traces;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A worker, put together from its configuration. Started by one thread, closed by any. */
public final class Worker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    /** How long the last commit and leaving the group may take. */
    private static final Duration LEAVE_PATIENCE = Duration.ofSeconds(15);

    private static final Duration LOOK = Duration.ofMillis(100);

    /** Time to measure one network of one bundle, at the first start only. */
    private static final Duration SWEEP_BUDGET = Duration.ofSeconds(5);

    private final WorkerConfig config;
    private final List<Bundle> bundles;
    private final Engine engine;
    private final S3ImageStore store;
    private final ImagePublisher publisher;
    private final Audits audits;
    private final StreamWorker stream;
    private final Optional<Checkpoints> checkpoints;
    private final Optional<Traces> traces;
    private final Probes probes;
    private final HttpEndpoint http;
    private final CompletableFuture<Throwable> fatal;
    private final MeterFile meterFile;
    private final LostDeviceTime lostDeviceTime;
    private final StartReport report;
    private volatile boolean drained;

    /**
     * What a fault test sees of a worker, and what it puts in the way.
     *
     * @param systemClock the machine's calendar, with all its steps
     * @param bundles may be put between the engine and its bundles
     */
    public record Hooks(Milestones milestones, Clock systemClock, UnaryOperator<Bundle> bundles) {
        public static final Hooks NONE = new Hooks(Milestones.NONE, Clock.systemUTC(), UnaryOperator.identity());
    }

    private Worker(
            WorkerConfig config,
            List<Bundle> bundles,
            Engine engine,
            S3ImageStore store,
            ImagePublisher publisher,
            Audits audits,
            StreamWorker stream,
            Optional<Checkpoints> checkpoints,
            Optional<Traces> traces,
            Probes probes,
            HttpEndpoint http,
            CompletableFuture<Throwable> fatal,
            MeterFile meterFile,
            LostDeviceTime lostDeviceTime,
            StartReport report) {
        this.config = config;
        this.bundles = bundles;
        this.engine = engine;
        this.store = store;
        this.publisher = publisher;
        this.audits = audits;
        this.stream = stream;
        this.checkpoints = checkpoints;
        this.traces = traces;
        this.probes = probes;
        this.http = http;
        this.fatal = fatal;
        this.meterFile = meterFile;
        this.lostDeviceTime = lostDeviceTime;
        this.report = report;
    }

    /**
     * Looks at what the worker needs, loads the bundles, warms the engine up and joins the group.
     *
     * @throws StartupException listing everything that is in the way; nothing was started then
     */
    public static Worker start(WorkerConfig config) throws InterruptedException {
        return start(new WorkerConfig.Draft(config, List.of()), Hooks.NONE);
    }

    /** Starts a worker with hooks that watch it or interfere, from a configuration that may have problems. */
    public static Worker start(WorkerConfig.Draft draft, Hooks hooks) throws InterruptedException {
        LOG.info(
                "worker_starting worker={} bundles={} device={} kafka=\"{}\"",
                draft.config().workerId(),
                draft.config().bundles().size(),
                draft.config().device().text(),
                draft.config().stream().kafka().get("bootstrap.servers"));
        StartReport report = new StartReport(System::nanoTime);
        StartupChecks checks = new StartupChecks(
                draft,
                bundles -> withoutPrice(
                        draft.config().prices(), bundles, hooks.systemClock().instant()),
                report);
        try {
            if (!draft.problems().isEmpty()) {
                // Ends the start, and the address for health and metrics may be one of them.
                checks.require();
            }
            Probes probes = new Probes(report::inWords);
            HttpEndpoint http = new HttpEndpoint(draft.config().http(), probes);
            try {
                return start(draft.config(), checks.require(), hooks, report, probes, http);
            } catch (RuntimeException | InterruptedException e) {
                http.close();
                throw e;
            }
        } catch (RuntimeException | InterruptedException e) {
            report.close();
            throw e;
        }
    }

    private static Worker start(
            WorkerConfig config,
            List<VerifiedBundle> verified,
            Hooks hooks,
            StartReport report,
            Probes probes,
            HttpEndpoint http)
            throws InterruptedException {
        SteadyClock clock = new SteadyClock(hooks.systemClock());
        TorchScriptBundles torch = config.device().open();
        List<Bundle> bundles =
                verified.stream().map(torch::open).map(hooks.bundles()).toList();
        bundles.forEach(bundle -> LOG.info(
                "bundle_loaded name={} version={} sha256={} device={} libtorch={}",
                bundle.name(),
                bundle.identity().version(),
                bundle.identity().sha256(),
                torch.deviceName(),
                torch.libtorchVersion()));
        Instant startedAt = clock.instant();
        PriceOptions.freeNote(config.prices(), startedAt).ifPresent(note -> LOG.warn("price_zero reason=\"{}\"", note));
        Optional<Traces> traces = config.tracesEndpoint().map(to -> Traces.toCollector(config.workerId(), to));
        EventEncoder encoder =
                new EventEncoder(config.workerId(), startedAt, new Tariff(config.prices(), pixelsOf(verified)));
        MeterFile meterFile = MeterFile.create(
                config.stream().stateDirectory(), config.stream().applicationId(), encoder.process(), startedAt);
        Engine engine = new Engine(
                bundles,
                engineSettings(config, bundles, torch, report),
                EngineClock.of(clock),
                meterFile,
                traces.<BatchObserver>map(Traces::calls).orElse(BatchObserver.NONE),
                () -> torch.prepareCallingThread(config.engineThreads()));
        report.step(StartReport.Step.WARMING, names(bundles), () -> {
            engine.start();
            return engine;
        });

        S3ImageStore store = new S3ImageStore(config.s3());
        WorkerMeters meters =
                new WorkerMeters(engine.backlogs().keySet(), config.metrics().tenants());
        meters.bind(new EngineMeters(engine, bundles));
        meters.bind(new StoreMeters("images", store.counters()));
        StorageCounters checkpointCalls = new StorageCounters();
        meters.bind(new StoreMeters("checkpoints", checkpointCalls));
        Audits audits = new Audits(
                config.metrics().auditShare() == 0 ? List.of() : onCpu(verified),
                config.metrics().auditShare(),
                meters.audits(),
                () -> torch.prepareCallingThread(1));
        ImagePublisher publisher = new ImagePublisher(
                store,
                config.finishThreads(),
                config.finishMaxRequests(),
                clock,
                hooks.milestones(),
                meters.andThen(audits));
        OverheadQueue overhead = new OverheadQueue(engine.meter(), config.overheadInterval(), startedAt);
        Optional<Checkpoints> checkpoints =
                config.checkpoints().open(config.s3(), torch.platform(), clock, EngineClock.SYSTEM, checkpointCalls);
        WorkerParts parts = new WorkerParts(
                engine,
                publisher,
                new RequestDecoder(engine.defaults()),
                encoder,
                overhead,
                meters,
                hooks.milestones(),
                clock,
                checkpoints,
                traces.<RequestTraces>map(all -> all).orElse(RequestTraces.NONE));
        CompletableFuture<Throwable> fatal = new CompletableFuture<>();
        engine.fault().thenAccept(fatal::complete);
        StreamWorker stream = new StreamWorker(
                config.stream(), parts, () -> engine.hasRoom() && publisher.hasRoom(), fatal::complete);
        meters.bind(new ProcessMeters(startedAt, () -> probes.ready().yes(), clock::systemAhead));
        meters.bind(new StreamMeters(stream, engine.backlogs().values(), clock));
        http.serveMetrics(meters::scrape);
        probes.warm(new WorkerHealth(engine, stream, config.longestCall()));
        LostDeviceTime lostDeviceTime = new LostDeviceTime(meterFile, config.stream(), overhead, clock);
        stream.start();
        report.last(
                StartReport.Step.JOINING,
                "group " + config.stream().applicationId(),
                () -> probes.ready().yes());
        lostDeviceTime.start();
        return new Worker(
                config,
                bundles,
                engine,
                store,
                publisher,
                audits,
                stream,
                checkpoints,
                traces,
                probes,
                http,
                fatal,
                meterFile,
                lostDeviceTime,
                report);
    }

    /** Whether {@link #close} has left nothing for whoever comes next. */
    public boolean drained() {
        return drained;
    }

    /** Whether requests are being taken from the topic. */
    public boolean ready() {
        return probes.ready().yes();
    }

    /** Waits until requests are taken; no where somebody asks for the end first. */
    public boolean awaitReady(StopSignal stop) throws InterruptedException {
        while (!ready()) {
            if (stop.await(LOOK)) {
                return false;
            }
        }
        return true;
    }

    /** Completes with what has ended the worker's part in the group for good; it should be closed then. */
    public CompletionStage<Throwable> fatal() {
        return fatal;
    }

    public boolean failed() {
        return fatal.isDone();
    }

    /** What {@link #fatal} has completed with, in words. */
    public Optional<String> failure() {
        return Optional.ofNullable(fatal.getNow(null))
                .map(cause -> cause instanceof MisconfigurationException sentence
                        ? sentence.getMessage()
                        : "the worker has failed: " + cause);
    }

    public int httpPort() {
        return http.port();
    }

    public DeviceMeter meter() {
        return engine.meter();
    }

    /** The loaded bundles, whose counters may be read. */
    public List<Bundle> bundles() {
        return bundles;
    }

    /**
     * Stops taking requests, settles what it can within the grace period, and leaves the rest pending for whoever comes
     * next.
     */
    @Override
    public void close() {
        report.close();
        probes.stopping();
        LOG.info("worker_draining images_inside={}", engine.imagesInside());
        try {
            // A worker whose stream has failed can settle nothing any more.
            drained = stream.drain(fatal.isDone() ? Duration.ZERO : config.shutdownGrace());
            LOG.info("worker_stopping drained={}", drained);
            stream.handOver();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        engine.close();
        stream.closeBooks();
        lostDeviceTime.close();
        stream.close(LEAVE_PATIENCE);
        meterFile.close();
        publisher.close();
        audits.close();
        checkpoints.ifPresent(Checkpoints::close);
        store.close();
        bundles.forEach(Bundle::close);
        traces.ifPresent(Traces::close);
        http.close();
    }

    /** Settings with the configured batch sizes. Those that are left open are chosen on a thread like the engine's. */
    private static EngineSettings engineSettings(
            WorkerConfig config, List<Bundle> bundles, TorchScriptBundles torch, StartReport report)
            throws InterruptedException {
        BatchSizeChoice sizes = new BatchSizeChoice(
                BatchSizeFile.of(config.stream().stateDirectory()),
                new BatchSizeSweep(EngineClock.SYSTEM, SWEEP_BUDGET),
                OtherProcesses.beside(config.device()),
                BatchSizeChoice.Place.of(torch, config.engineThreads()),
                report);
        EngineOptions options = config.engine();
        Map<String, BatchSizes> chosen = CallerThread.call(
                torch,
                config.engineThreads(),
                () -> bundles.stream()
                        .collect(
                                Collectors.toMap(Bundle::name, bundle -> sizes.choose(bundle, options.rowsPerCall()))));
        return options.withRows(chosen);
    }

    /** The bundles once more, beside the engine: a network comes to memory when it is first called. */
    private static List<Bundle> onCpu(List<VerifiedBundle> verified) {
        TorchScriptBundles cpu = TorchScriptBundles.onCpu();
        return verified.stream().map(cpu::open).toList();
    }

    /** What nobody has a price for can't be charged, and so isn't served. */
    private static List<String> withoutPrice(PriceList prices, List<VerifiedBundle> bundles, Instant now) {
        List<String> models =
                bundles.stream().map(bundle -> bundle.manifest().name()).toList();
        return PriceOptions.uncovered(prices, models, now);
    }

    private static String names(List<Bundle> bundles) {
        return "bundles " + bundles.stream().map(Bundle::name).collect(Collectors.joining(", "));
    }

    private static Map<String, Long> pixelsOf(List<VerifiedBundle> bundles) {
        return bundles.stream()
                .map(VerifiedBundle::manifest)
                .collect(Collectors.toMap(
                        BundleManifest::name,
                        manifest -> (long) manifest.image().height()
                                * manifest.image().width()));
    }
}
