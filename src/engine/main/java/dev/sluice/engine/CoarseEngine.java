package dev.sluice.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The engine, image by image instead of call by call. The engine's own {@link TenantRounds} and its rules for
 * priorities say which image starts next. Images under way share the calls evenly, so each moves on at one rate until
 * another starts or ends. A week's requests take seconds. How far it is from {@link SimulatedEngine} is held by a test.
 * Confined to one thread.
 *
 * <p>The rates: if a lane's images have W rows between two steps and a call has R, each image takes a step in {@code
 * max(1, W/R)} denoiser calls. It takes as many guide calls as its guide rows fill, or one for each step with guide
 * rows if they fill none. Lanes take turns, a denoiser call each.
 */
public final class CoarseEngine {
    /** Calls of rows that are under way or ready at full load. */
    static final int CALLS_OF_ROWS = 2;

    private final Map<String, CoarseLane> lanes = new LinkedHashMap<>();
    private final List<CoarseJob> done = new ArrayList<>();
    private long arrivals;
    private double nowNanos;
    private double busyNanos;
    /** A turn of all lanes that have work; 0 where none has. */
    private double turnNanos;

    /** An engine that serves these at time 0. */
    public CoarseEngine(Collection<SimulatedModel> models) {
        models.forEach(model -> lanes.put(model.name(), new CoarseLane(model)));
    }

    /** Takes a job on, now. */
    public void submit(CoarseJob job) {
        CoarseLane lane = lanes.get(job.model());
        if (lane == null) {
            throw new IllegalArgumentException("no model of the name " + job.model());
        }
        job.enter(lane.round(), arrivals++);
        lane.submit(job);
        share();
    }

    public boolean idle() {
        return turnNanos == 0;
    }

    /** When the next image ends if nothing else comes, {@link Double#POSITIVE_INFINITY} where none is under way. */
    public double nextNanos() {
        double next = Double.POSITIVE_INFINITY;
        for (CoarseLane lane : lanes.values()) {
            next = Math.min(next, lane.turnsToNextEnd());
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
        for (CoarseLane lane : lanes.values()) {
            lane.pass(passed / turnNanos, done);
        }
        if (!done.isEmpty()) {
            lanes.values().forEach(CoarseLane::startImages);
            share();
            List<CoarseJob> ended = List.copyOf(done);
            done.clear();
            ended.forEach(CoarseJob::imageDone);
        }
    }

    /** Device time in calls so far. */
    public long deviceNanos() {
        return Math.round(busyNanos);
    }

    /** Like {@link Backlog#seconds}, over all models, at the present pace. */
    public double waitingSeconds() {
        double nanos = 0;
        for (CoarseLane lane : lanes.values()) {
            nanos += lane.turnsLeft() * lane.turnNanos();
        }
        return nanos / 1e9;
    }

    private void share() {
        turnNanos = 0;
        for (CoarseLane lane : lanes.values()) {
            turnNanos += lane.turnNanos();
        }
    }
}
