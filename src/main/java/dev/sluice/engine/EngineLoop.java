package dev.sluice.engine;

import dev.sluice.model.Bundle;
import dev.sluice.model.ModelException;
import dev.sluice.request.FailureCode;
import java.nio.FloatBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the engine does, one call at a time: start images while the next call has room, evaluate it, share out its
 * results and its cost, take the steps that are ready, retire what is done.
 *
 * <p>Invariants between two {@link #tick}s: every job inside is waiting, or has its rows in its lane's queues; a call
 * has never more rows than its constant row count, and fewer only if no more were waiting; device time is charged or
 * overhead, to the nanosecond. Confined to one thread, and deterministic but for its clock.
 */
final class EngineLoop {
    private static final Logger LOG = LoggerFactory.getLogger(EngineLoop.class);

    private final EngineSettings settings;
    private final EngineClock clock;
    private final DeviceMeter meter;
    private final Map<String, Lane> lanes = new LinkedHashMap<>();
    private final List<Lane> turns = new ArrayList<>();
    private final WaitingJobs waiting = new WaitingJobs();
    private final Set<Job> inside = new LinkedHashSet<>();

    EngineLoop(List<Bundle> bundles, EngineSettings settings, EngineClock clock, DeviceMeter meter) {
        this.settings = settings;
        this.clock = clock;
        this.meter = meter;
        for (Bundle bundle : bundles) {
            Lane lane = new Lane(bundle, settings);
            lanes.put(bundle.name(), lane);
            turns.add(lane);
        }
    }

    /** Lanes by bundle name; never changes, so any thread may read it. */
    Map<String, Lane> lanes() {
        return lanes;
    }

    /** Whether any job is inside. */
    boolean idle() {
        return inside.isEmpty();
    }

    void warmUp() {
        for (Lane lane : turns) {
            for (Call call : lane.warmUpCalls()) {
                long start = clock.nanos();
                call.evaluate();
                meter.wasted(call.network(), clock.nanos() - start);
            }
        }
    }

    void submit(Job job) {
        inside.add(job);
        waiting.add(job);
    }

    void cancel(Job job, String reason) {
        stop(job, FailureCode.CANCELLED, reason);
    }

    void abandon(Job job) {
        if (!job.ended()) {
            job.endSilently();
            forget(job);
            meter.writtenOff(job.usage());
        }
    }

    /** Makes one call, if there is one to make. */
    void tick() {
        expireDeadlines();
        waiting.startImages(this::requestRows);
        nextCall().ifPresent(this::run);
    }

    /** The lanes take turns. */
    private Optional<Call> nextCall() {
        for (int i = 0; i < turns.size(); i++) {
            Lane lane = turns.removeFirst();
            turns.addLast(lane);
            if (lane.hasRows()) {
                return lane.nextCall();
            }
        }
        return Optional.empty();
    }

    private void run(Call call) {
        long start = clock.nanos();
        FloatBuffer results;
        try {
            results = call.evaluate();
        } catch (ModelException e) {
            meter.wasted(call.network(), clock.nanos() - start);
            LOG.error(
                    "call_failed bundle={} network={} rows={}",
                    call.lane().manifest().name(),
                    call.network(),
                    call.rows().size(),
                    e);
            failAll(call.rows());
            return;
        }
        long nanos = clock.nanos() - start;
        meter.charged(nanos);
        share(call, results, call.split(nanos), start);
    }

    private void share(Call call, FloatBuffer results, CostSplit split, long start) {
        List<Trajectory> ready = new ArrayList<>();
        for (int i = 0; i < call.rows().size(); i++) {
            Row row = call.rows().get(i);
            row.trajectory().job().charge(row.role(), split, i, start);
            if (row.trajectory().receive(row.role(), results, i)) {
                ready.add(row.trajectory());
            }
        }
        ready.forEach(this::step);
    }

    private void step(Trajectory trajectory) {
        Job job = trajectory.job();
        if (job.ended()) {
            return;
        }
        if (!trajectory.step()) {
            stop(job, FailureCode.NUMERIC_FAULT, "a sample turned NaN or infinite");
            return;
        }
        job.stepTaken(clock.nanos(), settings.progressInterval());
        if (!trajectory.done()) {
            requestRows(trajectory);
        } else if (job.imageDone()) {
            job.endSampled(clock.nanos());
            forget(job);
        }
    }

    private void requestRows(Trajectory trajectory) {
        trajectory.requestRows(trajectory.job().lane()::add);
    }

    private void failAll(List<Row> rows) {
        rows.stream()
                .map(row -> row.trajectory().job())
                .distinct()
                .forEach(job -> stop(job, FailureCode.ENGINE_FAULT, "the device failed during a call"));
    }

    private void expireDeadlines() {
        Instant now = clock.now();
        List<Job> expired = inside.stream()
                .filter(job -> job.request().deadline().filter(now::isAfter).isPresent())
                .toList();
        expired.forEach(job -> stop(job, FailureCode.DEADLINE_EXPIRED, "the deadline passed before the last step"));
    }

    private void stop(Job job, FailureCode code, String message) {
        if (!job.ended()) {
            job.endStopped(code, message);
            forget(job);
        }
    }

    private void forget(Job job) {
        inside.remove(job);
        waiting.remove(job);
        job.lane().drop(job);
    }
}
