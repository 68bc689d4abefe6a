package dev.sluice.engine;

import dev.sluice.model.Bundle;
import dev.sluice.model.BundleManifest;
import dev.sluice.model.RowBuffers;
import dev.sluice.model.RowLayout;
import dev.sluice.request.CallShape;
import dev.sluice.request.CallSize;
import dev.sluice.request.Network;
import dev.sluice.request.PerNetwork;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One bundle's side of the engine: what waits for it, the buffers of its calls, and how it fares. Confined to the
 * engine's loop, but for {@link #recipes}, {@link #breaker}, {@link #backlog} and
 * the call shapes.
 */
final class Lane {
    private final Bundle bundle;
    private final Recipes recipes;
    private final Breaker breaker;
    private final CallSize callSize;
    private final Packing packing;
    private final Map<Network, TakingTurns> buffers = new EnumMap<>(Network.class);
    private final Backlog backlog = new Backlog();
    private final long bundleBytes;
    private final CallShape callShapeAsSet;
    private volatile CallShape callShape;
    private RecentContexts recentContexts = new RecentContexts();
    private int jobs;
    private long waitingSinceNanos;
    private long arrivedNanos;
    private boolean reload;
    private long reloads;

    Lane(Bundle bundle, EngineSettings settings, EngineClock clock) {
        this.bundle = bundle;
        recipes = new Recipes(bundle);
        breaker = new Breaker(clock);
        callSize = settings.callSize();
        CallRows rows = settings.rows(bundle.name());
        packing = new Packing(rows, settings.guidePatience());
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

    Recipes recipes() {
        return recipes;
    }

    Breaker breaker() {
        return breaker;
    }

    Packing packing() {
        return packing;
    }

    Backlog backlog() {
        return backlog;
    }

    /** The size of this lane's calls before any was halved. */
    CallShape callShapeAsSet() {
        return callShapeAsSet;
    }

    /** The size of this lane's calls now. */
    CallShape callShape() {
        return callShape;
    }

    long bundleBytes() {
        return bundleBytes;
    }

    /** Encodings that calls of today's size made. */
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
            packing.add(job);
        } else {
            job.contexts().requestRows(packing::add);
        }
    }

    void leave(Job job) {
        jobs--;
        packing.drop(job);
    }

    /** Since when this lane's jobs wait for its bundle to come to the device, if it isn't there. */
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

    /** Takes the next call's rows out and writes them into its buffers. */
    Call nextCall(Network network, Shelf shelf) {
        return call(network, packing.take(network), shelf.bring(this), shelf.remedies());
    }

    /** One call of each network with nothing but padding, so that the first request doesn't pay for what comes once. */
    List<Call> warmUpCalls(Shelf shelf) {
        List<Bundle> departures = shelf.bring(this);
        List<Call> calls = new ArrayList<>();
        for (Network network : Network.values()) {
            if (bundle.has(network)) {
                calls.add(call(network, List.of(), calls.isEmpty() ? departures : List.of(), shelf.remedies()));
            }
        }
        return calls;
    }

    /**
     * Makes the network's calls half as large.
     *
     * @return the new size; nothing if there is no smaller one
     */
    Optional<Integer> halve(Network network) {
        int half = packing.rowsPerCall(network) / 2;
        if (half == 0) {
            return Optional.empty();
        }
        packing.resize(network, half);
        allocate(network);
        callShape = shape();
        recentContexts = new RecentContexts();
        return Optional.of(half);
    }

    /** The next call loads the bundle anew. */
    void reload() {
        reload = true;
        reloads++;
    }

    /** How often that was asked for. */
    long reloads() {
        return reloads;
    }

    private Call call(Network network, List<Row> rows, List<Bundle> departures, long memoryRemedies) {
        RowBuffers filled = turns(network).next();
        filled.clear();
        for (Row row : rows) {
            row.requester().fill(row.role(), filled);
        }
        if (callSize == CallSize.CONSTANT || rows.isEmpty()) {
            filled.pad();
        }
        Call call = new Call(
                this,
                network,
                rows,
                filled,
                packing.rowsPerCall(network),
                departures,
                reload,
                memoryRemedies + reloads);
        reload = false;
        return call;
    }

    private CallShape shape() {
        return new CallShape(
                callSize, PerNetwork.of(network -> bundle.has(network) ? packing.rowsPerCall(network) : 0));
    }

    private void allocate(Network network) {
        buffers.put(
                network,
                new TakingTurns(packing.rowsPerCall(network), manifest().layout(network)));
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
