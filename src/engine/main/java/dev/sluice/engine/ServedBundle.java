package dev.sluice.engine;

import dev.sluice.engine.clock.EngineClock;
import dev.sluice.engine.device.CircuitBreaker;
import dev.sluice.engine.metering.Backlog;
import dev.sluice.engine.sampling.RecentContexts;
import dev.sluice.engine.sampling.SamplingPlans;
import dev.sluice.model.Bundle;
import dev.sluice.model.BundleManifest;
import dev.sluice.request.BatchShape;

/**
 * A bundle that requests are served with, as admission and its jobs see it: its plans, whether it is in service, how much
 * work waits for it, and how large its batches are. Any thread may ask, but for {@link #recentContexts} and {@link
 * #resized}, which are the loop's.
 */
final class ServedBundle {
    private final Bundle bundle;
    private final SamplingPlans samplingPlans;
    private final CircuitBreaker breaker;
    private final Backlog backlog = new Backlog();
    private final BatchShape batchShapeAsSet;
    private volatile BatchShape batchShape;
    private RecentContexts recentContexts = new RecentContexts();

    ServedBundle(Bundle bundle, BatchShape batchShape, EngineClock clock) {
        this.bundle = bundle;
        samplingPlans = new SamplingPlans(bundle);
        breaker = new CircuitBreaker(clock);
        batchShapeAsSet = batchShape;
        this.batchShape = batchShape;
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

    Backlog backlog() {
        return backlog;
    }

    /** The shape of its batches before any was halved. */
    BatchShape batchShapeAsSet() {
        return batchShapeAsSet;
    }

    /** The shape of its batches now. */
    BatchShape batchShape() {
        return batchShape;
    }

    /** Encodings that batches of today's size made. */
    RecentContexts recentContexts() {
        return recentContexts;
    }

    /** From now on its batches have this shape, and what others encoded is forgotten. */
    void resized(BatchShape newShape) {
        batchShape = newShape;
        recentContexts = new RecentContexts();
    }
}
