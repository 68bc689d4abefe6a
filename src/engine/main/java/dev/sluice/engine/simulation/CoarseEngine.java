package dev.sluice.engine.simulation;

import dev.sluice.engine.metering.Backlog;
import dev.sluice.engine.scheduling.FairImageQueue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The engine, image by image instead of batch by batch. The engine's own {@link FairImageQueue} and its rules for
 * priorities say which image starts next. Images under way share the batches evenly, so each moves on at one rate until
 * another starts or ends. A week's requests take seconds. How far it is from {@link SimulatedEngine} is held by a test.
 * Confined to one thread.
 *
 * <p>The rates: if a queue's images have W rows between two steps and a batch has R, each image takes a step in {@code
 * max(1, W/R)} denoiser batches. It takes as many guide batches as its guide rows fill, or one for each step with guide
 * rows if they fill none. Bundles take turns, a denoiser batch each.
 */
public final class CoarseEngine {
    /** Batches of rows that are under way or ready at full load. */
    static final int BATCHES_OF_ROWS = 2;

    private final Map<String, CoarseBundleQueue> queues = new LinkedHashMap<>();
    private final List<CoarseJob> done = new ArrayList<>();
    private long arrivals;
    private double nowNanos;
    private double busyNanos;
    /** A turn of all queues that have work; 0 where none has. */
    private double turnNanos;

    /** An engine that serves these at time 0. */
    public CoarseEngine(Collection<SimulatedModel> models) {
        models.forEach(model -> queues.put(model.name(), new CoarseBundleQueue(model)));
    }

    /** Takes a job on, now. */
    public void submit(CoarseJob job) {
        CoarseBundleQueue queue = queues.get(job.model());
        if (queue == null) {
            throw new IllegalArgumentException("no model of the name " + job.model());
        }
        job.enter(queue.round(), arrivals++);
        queue.submit(job);
        share();
    }

    public boolean idle() {
        return turnNanos == 0;
    }

    /** When the next image ends if nothing else comes, {@link Double#POSITIVE_INFINITY} where none is under way. */
    public double nextNanos() {
        double next = Double.POSITIVE_INFINITY;
        for (CoarseBundleQueue queue : queues.values()) {
            next = Math.min(next, queue.turnsToNextEnd());
        }
        return nowNanos + next * turnNanos;
    }

    /** Lets time pass to this moment, which is not after {@link #nextNanos}; jobs whose last image ends there hear of it. */
    public void passTo(double nanos) {
        double passed = Math.max(0, nanos - nowNanos);
        nowNanos = Math.max(nowNanos, nanos);
        if (idle()) {
            return;
        }
        busyNanos += passed;
        for (CoarseBundleQueue queue : queues.values()) {
            queue.pass(passed / turnNanos, done);
        }
        if (!done.isEmpty()) {
            queues.values().forEach(CoarseBundleQueue::startImages);
            share();
            List<CoarseJob> ended = List.copyOf(done);
            done.clear();
            ended.forEach(CoarseJob::imageDone);
        }
    }

    /** Device time in batches so far. */
    public long deviceNanos() {
        return Math.round(busyNanos);
    }

    /** Like {@link Backlog#seconds}, over all models, at the present pace. */
    public double waitingSeconds() {
        double nanos = 0;
        for (CoarseBundleQueue queue : queues.values()) {
            nanos += queue.turnsLeft() * queue.turnNanos();
        }
        return nanos / 1e9;
    }

    private void share() {
        turnNanos = 0;
        for (CoarseBundleQueue queue : queues.values()) {
            turnNanos += queue.turnNanos();
        }
    }
}
