package dev.sluice.engine;

import dev.sluice.engine.CallResult.Failure;
import dev.sluice.engine.CallResult.Values;
import dev.sluice.model.OutOfDeviceMemoryException;
import dev.sluice.request.Deadlines;
import dev.sluice.request.DeviceUsage;
import dev.sluice.request.FailureCode;
import dev.sluice.request.Network;
import java.nio.FloatBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the engine does, round by round: get calls ready while the device is busy, take the oldest call's results, share
 * out its cost, take the steps that are ready, retire what is done. Which rows a call has is {@link Packing}'s business.
 *
 * <p>These hold between two {@link #tick}s. Every row of a job inside waits in its lane or is in a call under way. No
 * image of a job has started before its prompt's encoding is there. A job that ended has neither rows nor a charge to
 * come: what its rows in calls under way cost is overhead. Device time is charged or overhead, to the nanosecond.
 * Confined to one thread, and deterministic but for its clock and device.
 */
final class EngineLoop {
    private static final Logger LOG = LoggerFactory.getLogger(EngineLoop.class);

    /** One call that the device makes, one that waits for it: so the device never waits for the loop. */
    private static final int MOST_CALLS_UNDER_WAY = 2;

    private final EngineSettings settings;
    private final EngineClock clock;
    private final Device device;
    private final DeviceMeter meter;
    private final CallObserver observer;
    private final Shelf shelf;
    private final Map<String, Lane> lanes = new LinkedHashMap<>();
    private final List<Lane> turns = new ArrayList<>();
    private final Set<Job> inside = new HashSet<>();
    private final NavigableSet<Job> byDeadline =
            new TreeSet<>(Comparator.comparing(Job::deadline).thenComparingLong(Job::arrival));
    private final List<Lane> underWay = new ArrayList<>();
    private volatile Calls calls = Calls.NONE;
    private long round;

    EngineLoop(List<Lane> lanes, EngineSettings settings, EngineClock clock, Device device, DeviceMeter meter) {
        this(lanes, settings, clock, device, meter, CallObserver.NONE);
    }

    EngineLoop(
            List<Lane> lanes,
            EngineSettings settings,
            EngineClock clock,
            Device device,
            DeviceMeter meter,
            CallObserver observer) {
        this.observer = observer;
        this.settings = settings;
        this.clock = clock;
        this.device = device;
        this.meter = meter;
        shelf = new Shelf(settings, clock);
        for (Lane lane : lanes) {
            this.lanes.put(lane.bundle().name(), lane);
            turns.add(lane);
        }
    }

    /** Lanes by bundle name; never changes, so any thread may read it. */
    Map<String, Lane> lanes() {
        return lanes;
    }

    /** Calls so far. Any thread may ask. */
    Calls calls() {
        return calls;
    }

    /** Whether there is nothing to do. */
    boolean idle() {
        return inside.isEmpty() && underWay.isEmpty();
    }

    /** Brings each bundle to the device and calls its networks once, smaller if they don't fit. */
    void warmUp() {
        for (Lane lane : turns) {
            long start = clock.nanos();
            long loadingNanos = 0;
            List<Call> toMake = lane.warmUpCalls(shelf);
            while (!toMake.isEmpty()) {
                toMake.forEach(device::start);
                boolean again = false;
                for (int i = 0; i < toMake.size(); i++) {
                    CallResult result = device.take();
                    loadingNanos += result.overheadNanos();
                    meter.wasted(result.call().network(), result.overheadNanos() + result.nanos());
                    shelf.arrived(lane, result.startNanos());
                    if (result.yield() instanceof Failure failure) {
                        if (!remedied(result.call()) && !makeRoom(result.call(), failure)) {
                            throw failure.cause();
                        }
                        again = true;
                    } else if (result.call().network() == Network.DENOISER) {
                        lane.backlog().guess(result.call().rowsPerCall(), result.nanos());
                    }
                }
                toMake = again ? lane.warmUpCalls(shelf) : List.of();
            }
            LOG.info(
                    "bundle_warm bundle={} loading_seconds={} seconds={}",
                    lane.bundle().name(),
                    hundredths(loadingNanos),
                    hundredths(clock.nanos() - start));
        }
    }

    private static double hundredths(long nanos) {
        return Math.round(nanos / 1e7) / 100.0;
    }

    void submit(Job job) {
        inside.add(job);
        if (job.request().deadline().isPresent()) {
            byDeadline.add(job);
        }
        job.enter(round);
        job.lane().enter(job, clock.nanos());
        if (job.lane().breaker().open()) {
            stop(job, FailureCode.ENGINE_FAULT, "the bundle keeps failing");
        }
    }

    void abandon(Job job) {
        if (!job.ended()) {
            job.endSilently();
            forget(job);
            meter.writtenOff(job.usage());
        }
    }

    /** Gets calls ready for as long as the device takes them, then waits for the oldest one and uses its results. */
    void tick() {
        round++;
        expireDeadlines();
        while (underWay.size() < MOST_CALLS_UNDER_WAY) {
            Optional<Call> call = nextCall();
            if (call.isEmpty()) {
                break;
            }
            device.start(call.get());
        }
        if (!underWay.isEmpty()) {
            underWay.removeFirst();
            finish(device.take());
        }
    }

    /** Uses the calls under way and abandons every job inside, so that the meter is complete. */
    void close() {
        while (!underWay.isEmpty()) {
            underWay.removeFirst();
            finish(device.take());
        }
        List.copyOf(inside).forEach(this::abandon);
    }

    /** The lanes take turns. */
    private Optional<Call> nextCall() {
        for (int i = 0; i < turns.size(); i++) {
            Lane lane = turns.removeFirst();
            turns.addLast(lane);
            if (lane.hasJobs() && shelf.admits(lane)) {
                lane.packing().startImages();
                Optional<Network> network = lane.packing().next(underWay.contains(lane));
                if (network.isPresent()) {
                    return Optional.of(ready(lane, network.get()));
                }
            }
        }
        return Optional.empty();
    }

    private Call ready(Lane lane, Network network) {
        Call call = lane.nextCall(network, shelf);
        call.rows().forEach(row -> row.job().inCall());
        underWay.add(lane);
        calls = calls.plus(
                call.rows().size(),
                call.buffers().rows() - call.rows().size(),
                lane.packing().workWaits());
        return call;
    }

    private void finish(CallResult result) {
        Call call = result.call();
        if (result.overheadNanos() > 0) {
            meter.wasted(call.network(), result.overheadNanos());
        }
        shelf.arrived(call.lane(), result.startNanos());
        tell(result);
        switch (result.yield()) {
            case Values(FloatBuffer values) -> {
                call.lane().breaker().succeeded(call.network());
                meter.charged(call.network(), result.nanos());
                call.lane().backlog().measured(call.rows().size(), result.nanos());
                share(call, values, call.split(result.nanos()), result.startNanos());
            }
            case Failure failure -> {
                meter.wasted(call.network(), result.nanos());
                if (remedied(call) || makeRoom(call, failure)) {
                    call.lane()
                            .packing()
                            .putBack(call.rows().stream()
                                    .filter(row -> !row.job().ended())
                                    .toList());
                } else {
                    fail(call, failure);
                }
            }
        }
    }

    private void tell(CallResult result) {
        Call call = result.call();
        observer.made(new CallMade(
                call.lane().bundle().name(),
                call.network(),
                call.rows().size(),
                call.buffers().rows(),
                result.startNanos(),
                result.nanos(),
                result.yield() instanceof Failure,
                () -> call.rows().stream().map(row -> row.job().request().id()).collect(Collectors.toSet())));
    }

    private void share(Call call, FloatBuffer results, CostSplit split, long start) {
        List<Requester> ready = new ArrayList<>();
        for (int i = 0; i < call.rows().size(); i++) {
            Row row = call.rows().get(i);
            DeviceUsage usage = split.usage(call.network(), i);
            if (row.job().ended()) {
                meter.writtenOff(usage);
                continue;
            }
            row.job().charge(row.role(), usage, start);
            if (row.requester().receive(row.role(), results, i)) {
                ready.add(row.requester());
            }
        }
        ready.forEach(this::goOn);
    }

    private void goOn(Requester requester) {
        if (!requester.job().ended()) {
            switch (requester) {
                case Trajectory trajectory -> step(trajectory);
                case Contexts contexts -> prompted(contexts);
            }
        }
    }

    private void prompted(Contexts contexts) {
        Job job = contexts.job();
        if (contexts.finite()) {
            job.lane().packing().add(job);
        } else {
            stop(job, FailureCode.NUMERIC_FAULT, "the prompt's encoding is NaN or infinite somewhere");
        }
    }

    private void step(Trajectory trajectory) {
        Job job = trajectory.job();
        if (!trajectory.step()) {
            stop(job, FailureCode.NUMERIC_FAULT, "a sample turned NaN or infinite");
            return;
        }
        job.stepTaken(clock.nanos(), settings.progressInterval());
        if (!trajectory.done()) {
            trajectory.requestRows(job.lane().packing()::add);
        } else if (job.imageDone()) {
            job.endSampled(clock.nanos());
            forget(job);
            return;
        }
        job.offerSnapshot();
    }

    /** Whether something was decided since a call was made ready that may keep it from failing again. */
    private boolean remedied(Call call) {
        return call.remedies() < shelf.remedies() + call.lane().reloads();
    }

    /**
     * Where a call failed for lack of memory: sends bundles without jobs away, or makes calls half as large.
     *
     * @return whether the same rows may be tried again
     */
    private boolean makeRoom(Call call, Failure failure) {
        if (!(failure.cause() instanceof OutOfDeviceMemoryException)) {
            return false;
        }
        Lane lane = call.lane();
        if (failure.whileLoading()) {
            return shelf.shrinkAround(lane);
        }
        if (call.rowsPerCall() > lane.packing().rowsPerCall(call.network()) || shelf.sendIdleAway(lane)) {
            return true;
        }
        Optional<Integer> half = lane.halve(call.network());
        half.ifPresent(rows -> LOG.warn(
                "call_halved bundle={} network={} rows_per_call={} reason={}",
                lane.bundle().name(),
                call.network(),
                rows,
                failure.cause().getMessage()));
        return half.isPresent();
    }

    /** Answers every job in the call, and all of the lane's once it has failed too often. */
    private void fail(Call call, Failure failure) {
        Lane lane = call.lane();
        LOG.error(
                "call_failed bundle={} network={} rows={}",
                lane.bundle().name(),
                call.network(),
                call.rows().size(),
                failure.cause());
        // First, so that whoever hears of a job's end finds no door open that isn't.
        boolean outOfService = lane.breaker().failed(call.network());
        lane.reload();
        call.rows().stream()
                .map(Row::job)
                .distinct()
                .forEach(job -> stop(job, FailureCode.ENGINE_FAULT, "the device failed during a call"));
        if (outOfService) {
            LOG.error("bundle_out_of_service bundle={}", lane.bundle().name());
            inside.stream()
                    .filter(job -> job.lane() == lane)
                    .toList()
                    .forEach(job -> stop(job, FailureCode.ENGINE_FAULT, "the bundle keeps failing"));
        }
    }

    private void expireDeadlines() {
        Instant now = clock.now();
        while (!byDeadline.isEmpty() && byDeadline.first().deadline().isBefore(now)) {
            Job late = byDeadline.first();
            stop(
                    late,
                    FailureCode.DEADLINE_EXPIRED,
                    Deadlines.inWords(late.deadline()) + " passed before the last step");
        }
    }

    /** Ends a job as failed, unless it has ended. */
    void stop(Job job, FailureCode code, String message) {
        if (!job.ended()) {
            job.endStopped(code, message);
            forget(job);
        }
    }

    private void forget(Job job) {
        inside.remove(job);
        byDeadline.remove(job);
        job.lane().leave(job);
    }
}
