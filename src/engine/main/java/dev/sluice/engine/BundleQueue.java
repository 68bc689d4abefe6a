package dev.sluice.engine;

import dev.sluice.engine.clock.EngineClock;
import dev.sluice.engine.device.Batch;
import dev.sluice.engine.device.BundleResidency;
import dev.sluice.engine.device.ResidentBundle;
import dev.sluice.engine.scheduling.BatchScheduler;
import dev.sluice.model.Bundle;
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
 * All that waits for one bundle: rows and images in its scheduler, and the buffers that the next batches are written into.
 * Confined to the engine's loop, but for {@link #served}.
 */
final class BundleQueue {
    private final ServedBundle served;
    private final ResidentBundle resident;
    private final BatchSize batchSize;
    private final BatchScheduler<JobRow> scheduler;
    private final Map<Network, TakingTurns> buffers = new EnumMap<>(Network.class);
    private boolean reload;
    private long reloads;

    BundleQueue(Bundle bundle, EngineSettings settings, EngineClock clock) {
        batchSize = settings.batchSize();
        scheduler = new BatchScheduler<>(settings.rows(bundle.name()), settings.guidePatience());
        served = new ServedBundle(bundle, shape(bundle), clock);
        resident = new ResidentBundle(bundle);
        bundle.has().forEach(this::allocate);
    }

    /** The bundle, as its jobs see it. Any thread may ask. */
    ServedBundle served() {
        return served;
    }

    /** The bundle, as the device sees it. */
    ResidentBundle resident() {
        return resident;
    }

    String name() {
        return served.bundle().name();
    }

    BatchScheduler<JobRow> scheduler() {
        return scheduler;
    }

    void enter(Job job, long nowNanos) {
        resident.acquire(nowNanos);
        job.recallContexts(served.recentContexts());
        if (job.contexts().complete()) {
            scheduler.add(job);
        } else {
            job.rowsFor(job.contexts()).forEach(scheduler::add);
        }
    }

    void leave(Job job) {
        resident.release();
        scheduler.drop(job);
    }

    /** Takes the next batch's rows out and writes them into its buffers. */
    ScheduledBatch nextBatch(Network network, BundleResidency residency) {
        return scheduled(network, scheduler.take(network), residency.makeRoomFor(resident), residency.remedies());
    }

    /** One batch of each network with nothing but padding, so that the first request doesn't pay for what comes once. */
    List<ScheduledBatch> warmUpBatches(BundleResidency residency) {
        List<Bundle> departures = residency.makeRoomFor(resident);
        List<ScheduledBatch> batches = new ArrayList<>();
        for (Network network : Network.values()) {
            if (served.bundle().has(network)) {
                batches.add(scheduled(
                        network, List.of(), batches.isEmpty() ? departures : List.of(), residency.remedies()));
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
        int half = scheduler.batchSize(network) / 2;
        if (half == 0) {
            return Optional.empty();
        }
        scheduler.resize(network, half);
        allocate(network);
        served.resized(shape(served.bundle()));
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

    private ScheduledBatch scheduled(Network network, List<JobRow> rows, List<Bundle> departures, long memoryRemedies) {
        RowBuffers filled = turns(network).next();
        filled.clear();
        for (JobRow row : rows) {
            row.source().fill(row.role(), filled);
        }
        if (batchSize == BatchSize.CONSTANT || rows.isEmpty()) {
            filled.pad();
        }
        Batch batch = new Batch(served.bundle(), network, filled, departures, reload);
        reload = false;
        return new ScheduledBatch(this, rows, scheduler.batchSize(network), memoryRemedies + reloads, batch);
    }

    private BatchShape shape(Bundle bundle) {
        return new BatchShape(
                batchSize, PerNetwork.of(network -> bundle.has(network) ? scheduler.batchSize(network) : 0));
    }

    private void allocate(Network network) {
        buffers.put(
                network,
                new TakingTurns(scheduler.batchSize(network), served.manifest().layout(network)));
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

        TakingTurns(int batchSize, RowLayout layout) {
            next = new RowBuffers(batchSize, layout);
            other = new RowBuffers(batchSize, layout);
        }

        RowBuffers next() {
            RowBuffers taken = next;
            next = other;
            other = taken;
            return taken;
        }
    }
}
