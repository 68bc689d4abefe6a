package dev.sluice.worker;

import dev.sluice.engine.Engine;
import dev.sluice.engine.metering.DeviceMeter;
import dev.sluice.model.Bundle;
import dev.sluice.model.VerifiedBundle;
import dev.sluice.pricing.PriceList;
import dev.sluice.stream.MisconfigurationException;
import dev.sluice.stream.RequestListener;
import dev.sluice.stream.StreamWorker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker that serves: how it is, and how it stops. {@link WorkerStart} puts it together. Started by one thread, closed by
 * any.
 */
public final class Worker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    private static final Duration LOOK = Duration.ofMillis(100);

    private final Duration grace;
    private final List<Bundle> bundles;
    private final Engine engine;
    private final StreamWorker stream;
    private final CompletableFuture<Throwable> fatal;
    private final Monitoring monitoring;
    private final Opened opened;
    private volatile boolean drained;

    /**
     * What a fault test sees of a worker, and what it puts in the way.
     *
     * @param listener hears of requests before anybody else does
     * @param systemClock the machine's calendar, with all its steps
     * @param bundles may be put between the engine and its bundles
     */
    public record Hooks(RequestListener listener, Clock systemClock, UnaryOperator<Bundle> bundles) {
        public static final Hooks NONE = new Hooks(RequestListener.NONE, Clock.systemUTC(), UnaryOperator.identity());
    }

    /**
     * A worker that has joined its group.
     *
     * @param grace how long a stop goes on with what is started
     * @param fatal completes with what ends its part in the group
     * @param opened what is closed last, in the reverse order of its opening
     */
    Worker(
            Duration grace,
            List<Bundle> bundles,
            Engine engine,
            StreamWorker stream,
            CompletableFuture<Throwable> fatal,
            Monitoring monitoring,
            Opened opened) {
        this.grace = grace;
        this.bundles = bundles;
        this.engine = engine;
        this.stream = stream;
        this.fatal = fatal;
        this.monitoring = monitoring;
        this.opened = opened;
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
        WorkerConfig config = draft.config();
        LOG.info(
                "worker_starting worker={} bundles={} device={} kafka=\"{}\"",
                config.workerId(),
                config.bundles().size(),
                config.device().text(),
                config.stream().kafka().get("bootstrap.servers"));
        Opened opened = new Opened();
        try {
            StartReport report = opened.add(new StartReport(System::nanoTime));
            StartupChecks checks = new StartupChecks(
                    draft,
                    found -> withoutPrice(
                            config.charges().prices(),
                            found,
                            hooks.systemClock().instant()),
                    report);
            if (!draft.problems().isEmpty()) {
                // Ends the start, and the address for health and metrics may be one of them.
                checks.require();
            }
            Monitoring monitoring =
                    opened.add(new Monitoring(report, config.monitoring().http()));
            return new WorkerStart(config, hooks, monitoring, opened).start(checks.require());
        } catch (RuntimeException | InterruptedException e) {
            opened.close();
            throw e;
        }
    }

    /** Whether {@link #close} has left nothing for whoever comes next. */
    public boolean drained() {
        return drained;
    }

    /** Whether requests are being taken from the topic. */
    public boolean ready() {
        return monitoring.ready();
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
        return monitoring.port();
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
        monitoring.stopping();
        LOG.info("worker_draining images_inside={}", engine.imagesInside());
        try {
            // A worker whose stream has failed can settle nothing any more.
            drained = stream.drain(fatal.isDone() ? Duration.ZERO : grace);
            LOG.info("worker_stopping drained={}", drained);
            stream.handOver();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // Charges are made of what the device did, so it does nothing more.
        engine.close();
        stream.closeBooks();
        opened.close();
    }

    /** What nobody has a price for can't be charged, and so isn't served. */
    private static List<String> withoutPrice(PriceList prices, List<VerifiedBundle> bundles, Instant now) {
        List<String> models =
                bundles.stream().map(bundle -> bundle.manifest().name()).toList();
        return PriceOptions.uncovered(prices, models, now);
    }
}
