package dev.sluice.engine;

import dev.sluice.engine.clock.EngineClock;
import dev.sluice.engine.device.CircuitBreaker;
import dev.sluice.engine.metering.Backlog;
import dev.sluice.engine.scheduling.BatchSizes;
import dev.sluice.model.Bundle;
import dev.sluice.model.BundleManifest;
import dev.sluice.model.RowBuffers;
import dev.sluice.model.RowLayout;
import dev.sluice.request.BatchShape;
import dev.sluice.request.BatchSize;
import dev.sluice.request.Network;
import dev.sluice.request.PerNetwork;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One bundle's side of the engine: what waits for it, the buffers of its batches, and how it fares. Confined to the
 * engine's loop, but for {@link #samplingPlans}, {@link #breaker}, {@link #backlog} and
 * the batch shapes.
 */
final class BundleQueue {
    private final Bundle bundle;
    private final SamplingPlans samplingPlans;
    private final CircuitBreaker breaker;
    private final BatchSize callSize;
    private final BatchScheduler scheduler;
    private final Map<Network, TakingTurns> buffers = new EnumMap<>(Network.class);
    private final Backlog backlog = new Backlog();
    private final long bundleBytes;
    private final BatchShape callShapeAsSet;
    private volatile BatchShape callShape;
    private RecentContexts recentContexts = new RecentContexts();
    private int jobs;
    private long waitingSinceNanos;
    private long arrivedNanos;
    private boolean reload;
    private long reloads;

    BundleQueue(Bundle bundle, EngineSettings settings, EngineClock clock) {
        this.bundle = bundle;
        samplingPlans = new SamplingPlans(bundle);
        breaker = new CircuitBreaker(clock);
        callSize = settings.callSize();
        BatchSizes rows = settings.rows(bundle.name());
        scheduler = new BatchScheduler(rows, settings.guidePatience());
        bundleBytes = bundle.residence().bytes();
        callShapeAsSet = shape();
        callShape = callShapeAsSet;
        bundle.has().forEach(this::allocate);
    }

    Bundle bundle() {
        return bundle;
    }

    BundleManifest manifest() {
        return bundle.manifest();
    }

    SamplingPlans samplingPlans() {
        return samplingPlans;
    }

    CircuitBreaker breaker() {
        return breaker;
    }

    BatchScheduler scheduler() {
        return scheduler;
    }

    Backlog backlog() {
        return backlog;
    }

    /** The size of this queue's batches before any was halved. */
    BatchShape callShapeAsSet() {
        return callShapeAsSet;
    }

    /** The size of this queue's batches now. */
    BatchShape callShape() {
        return callShape;
    }

    long bundleBytes() {
        return bundleBytes;
    }

    /** Encodings that batches of today's size made. */
    RecentContexts recentContexts() {
        return recentContexts;
    }

    boolean hasJobs() {
        return jobs > 0;
    }

    void enter(Job job, long nowNanos) {
        if (jobs == 0) {
            startWaiting(nowNanos);
        }
        jobs++;
        job.recallContexts(recentContexts);
        if (job.contexts().complete()) {
            scheduler.add(job);
        } else {
            job.contexts().requestRows(scheduler::add);
        }
    }

    void leave(Job job) {
        jobs--;
        scheduler.drop(job);
    }

    /** Since when this queue's jobs wait for its bundle to come to the device, if it isn't there. */
    long waitingSinceNanos() {
        return waitingSinceNanos;
    }

    void startWaiting(long nowNanos) {
        waitingSinceNanos = nowNanos;
    }

    /** When the bundle was last ready to work on the device. */
    long arrivedNanos() {
        return arrivedNanos;
    }

    void arrived(long nowNanos) {
        arrivedNanos = nowNanos;
    }

    /** Takes the next batch's rows out and writes them into its buffers. */
    Batch nextCall(Network network, BundleResidency residency) {
        return batch(network, scheduler.take(network), residency.makeRoomFor(this), residency.remedies());
    }

    /** One batch of each network with nothing but padding, so that the first request doesn't pay for what comes once. */
    List<Batch> warmUpCalls(BundleResidency residency) {
        List<Bundle> departures = residency.makeRoomFor(this);
        List<Batch> batches = new ArrayList<>();
        for (Network network : Network.values()) {
            if (bundle.has(network)) {
                batches.add(
                        batch(network, List.of(), batches.isEmpty() ? departures : List.of(), residency.remedies()));
            }
        }
        return batches;
    }

    /**
     * Makes the network's batches half as large.
     *
     * @return the new size; nothing if there is no smaller one
     */
    Optional<Integer> halve(Network network) {
        int half = scheduler.rowsPerCall(network) / 2;
        if (half == 0) {
            return Optional.empty();
        }
        scheduler.resize(network, half);
        allocate(network);
        callShape = shape();
        recentContexts = new RecentContexts();
        return Optional.of(half);
    }

    /** The next batch loads the bundle anew. */
    void reload() {
        reload = true;
        reloads++;
    }

    /** How often that was asked for. */
    long reloads() {
        return reloads;
    }

    private Batch batch(Network network, List<Row> rows, List<Bundle> departures, long memoryRemedies) {
        RowBuffers filled = turns(network).next();
        filled.clear();
        for (Row row : rows) {
            row.requester().fill(row.role(), filled);
        }
        if (callSize == BatchSize.CONSTANT || rows.isEmpty()) {
            filled.pad();
        }
        Batch batch = new Batch(
                this,
                network,
                rows,
                filled,
                scheduler.rowsPerCall(network),
                departures,
                reload,
                memoryRemedies + reloads);
        reload = false;
        return batch;
    }

    private BatchShape shape() {
        return new BatchShape(
                callSize, PerNetwork.of(network -> bundle.has(network) ? scheduler.rowsPerCall(network) : 0));
    }

    private void allocate(Network network) {
        buffers.put(
                network,
                new TakingTurns(scheduler.rowsPerCall(network), manifest().layout(network)));
    }

    private TakingTurns turns(Network network) {
        TakingTurns turns = buffers.get(network);
        if (turns == null) {
            throw new IllegalStateException("no buffers for " + network);
        }
        return turns;
    }

    /** Two sets of buffers: one is filled while the device reads the other. */
    private static final class TakingTurns {
        private RowBuffers next;
        private RowBuffers other;

        TakingTurns(int rowsPerCall, RowLayout layout) {
            next = new RowBuffers(rowsPerCall, layout);
            other = new RowBuffers(rowsPerCall, layout);
        }

        RowBuffers next() {
            RowBuffers taken = next;
            next = other;
            other = taken;
            return taken;
        }
    }
}
