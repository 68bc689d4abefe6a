package dev.sluice.worker;

import dev.sluice.audit.Audits;
import dev.sluice.codec.EventEncoder;
import dev.sluice.codec.RequestDecoder;
import dev.sluice.engine.BatchObserver;
import dev.sluice.engine.Engine;
import dev.sluice.engine.clock.EngineClock;
import dev.sluice.engine.clock.SteadyClock;
import dev.sluice.engine.metering.MeterFile;
import dev.sluice.metrics.EngineMeters;
import dev.sluice.metrics.ProcessMeters;
import dev.sluice.metrics.StoreMeters;
import dev.sluice.metrics.StreamMeters;
import dev.sluice.metrics.WorkerMeters;
import dev.sluice.model.Bundle;
import dev.sluice.model.BundleManifest;
import dev.sluice.model.TorchScriptBundles;
import dev.sluice.model.VerifiedBundle;
import dev.sluice.pricing.Tariff;
import dev.sluice.storage.S3ImageStore;
import dev.sluice.storage.StorageCounters;
import dev.sluice.stream.Checkpoints;
import dev.sluice.stream.ImagePublisher;
import dev.sluice.stream.LostDeviceTime;
import dev.sluice.stream.OverheadQueue;
import dev.sluice.stream.RequestListener;
import dev.sluice.stream.StreamWorker;
import dev.sluice.stream.WorkerParts;
import dev.sluice.trace.Traces;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a worker together, from what has been checked: the device first, then what becomes of images, then the stream, which
 * joins the group last. Used by one thread, once.
 */
final class WorkerStart {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerStart.class);

    /** How long the last commit and leaving the group may take. */
    private static final Duration LEAVE_PATIENCE = Duration.ofSeconds(15);

    private final WorkerConfig config;
    private final Worker.Hooks hooks;
    private final Monitoring monitoring;
    private final Opened opened;
    private final SteadyClock clock;
    private final Instant startedAt;

    /**
     * A start that has opened nothing of its own.
     *
     * @param opened takes over what has to be closed
     */
    WorkerStart(WorkerConfig config, Worker.Hooks hooks, Monitoring monitoring, Opened opened) {
        this.config = config;
        this.hooks = hooks;
        this.monitoring = monitoring;
        this.opened = opened;
        clock = new SteadyClock(hooks.systemClock());
        startedAt = clock.instant();
    }

    /** @param verified the bundles to serve */
    Worker start(List<VerifiedBundle> verified) throws InterruptedException {
        PriceOptions.freeNote(config.charges().prices(), startedAt)
                .ifPresent(note -> LOG.warn("price_zero reason=\"{}\"", note));
        EventEncoder encoder = new EventEncoder(
                config.workerId(), startedAt, new Tariff(config.charges().prices(), pixelsOf(verified)));
        Optional<Traces> traces =
                config.monitoring().tracesEndpoint().map(to -> opened.add(Traces.toCollector(config.workerId(), to)));

        EngineStart device = new EngineStart(config, monitoring.report(), opened);
        EngineStart.Loaded loaded = device.load(verified, hooks.bundles());
        MeterFile meterFile = opened.add(MeterFile.create(
                config.stream().stateDirectory(), config.stream().applicationId(), encoder.process(), startedAt));
        Engine engine = device.warm(
                loaded,
                clock,
                meterFile,
                traces.<BatchObserver>map(Traces::batches).orElse(BatchObserver.NONE));

        WorkerMeters meters = new WorkerMeters(
                engine.backlogs().keySet(), config.monitoring().metrics().tenants());
        meters.bind(new EngineMeters(engine, loaded.bundles()));
        RequestListener events = events(meters, audits(verified, loaded.torch(), meters), traces);
        ImagePublisher publisher = publisher(meters, events);
        OverheadQueue overhead =
                new OverheadQueue(engine.meter(), config.charges().overheadInterval(), startedAt);
        WorkerParts parts = new WorkerParts(
                engine,
                publisher,
                new RequestDecoder(engine.defaults()),
                encoder,
                overhead,
                events,
                clock,
                checkpoints(loaded.torch(), meters));
        return join(parts, loaded.bundles(), meters, meterFile);
    }

    private Audits audits(List<VerifiedBundle> verified, TorchScriptBundles torch, WorkerMeters meters) {
        double share = config.monitoring().metrics().auditShare();
        return opened.add(new Audits(
                share == 0 ? List.of() : onCpu(verified), share, meters.audits(), () -> torch.prepareCallingThread(1)));
    }

    /** The hooks first: what stands still at a point has told nobody of it. */
    private RequestListener events(WorkerMeters meters, Audits audits, Optional<Traces> traces) {
        List<RequestListener> listeners = new ArrayList<>(List.of(hooks.listener(), meters, audits));
        traces.ifPresent(listeners::add);
        return RequestListener.all(listeners);
    }

    private ImagePublisher publisher(WorkerMeters meters, RequestListener events) {
        S3ImageStore store = opened.add(new S3ImageStore(config.s3()));
        meters.bind(new StoreMeters("images", store.counters()));
        return opened.add(new ImagePublisher(
                store, config.publishing().threads(), config.publishing().maxRequests(), clock, events));
    }

    private Optional<Checkpoints> checkpoints(TorchScriptBundles torch, WorkerMeters meters) {
        StorageCounters calls = new StorageCounters();
        meters.bind(new StoreMeters("checkpoints", calls));
        return config.checkpoints()
                .open(config.s3(), torch.platform(), clock, EngineClock.SYSTEM, calls)
                .map(opened::add);
    }

    private Worker join(WorkerParts parts, List<Bundle> bundles, WorkerMeters meters, MeterFile meterFile) {
        Engine engine = parts.engine();
        CompletableFuture<Throwable> fatal = new CompletableFuture<>();
        engine.fault().thenAccept(fatal::complete);
        StreamWorker stream = new StreamWorker(
                config.stream(),
                parts,
                () -> engine.hasRoom() && parts.publisher().hasRoom(),
                fatal::complete);
        opened.add(() -> stream.close(LEAVE_PATIENCE));
        meters.bind(new ProcessMeters(startedAt, monitoring::ready, clock::systemAhead));
        meters.bind(new StreamMeters(stream, engine.backlogs().values(), clock));
        monitoring.serveMetrics(meters::scrape);
        monitoring.warm(new WorkerHealth(engine, stream, config.monitoring().longestBatch()));
        LostDeviceTime lostDeviceTime =
                opened.add(new LostDeviceTime(meterFile, config.stream(), parts.overhead(), clock));
        stream.start();
        monitoring.joining(config.stream().applicationId(), monitoring::ready);
        lostDeviceTime.start();
        return new Worker(config.lifecycle().shutdownGrace(), bundles, engine, stream, fatal, monitoring, opened);
    }

    /** The bundles once more, beside the engine: a network comes to memory when it is first called. */
    private static List<Bundle> onCpu(List<VerifiedBundle> verified) {
        TorchScriptBundles cpu = TorchScriptBundles.onCpu();
        return verified.stream().map(cpu::open).toList();
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
