package dev.sluice.engine;

import dev.sluice.engine.BatchResult.Failure;
import dev.sluice.engine.BatchResult.Values;
import dev.sluice.engine.clock.EngineClock;
import dev.sluice.engine.metering.Batches;
import dev.sluice.engine.metering.CostSplit;
import dev.sluice.engine.metering.DeviceMeter;
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
 * What the engine does, round by round: get batches ready while the device is busy, take the oldest batch's results, share
 * out its cost, take the steps that are ready, retire what is done. Which rows a batch has is {@link BatchScheduler}'s business.
 *
 * <p>These hold between two {@link #tick}s. Every row of a job inside waits in its queue or is in a batch under way. No
 * image of a job has started before its prompt's encoding is there. A job that ended has neither rows nor a charge to
 * come: what its rows in batches under way cost is overhead. Device time is charged or overhead, to the nanosecond.
 * Confined to one thread, and deterministic but for its clock and device.
 */
final class EngineLoop {
    private static final Logger LOG = LoggerFactory.getLogger(EngineLoop.class);

    /** One batch that the device makes, one that waits for it: so the device never waits for the loop. */
    private static final int MOST_CALLS_UNDER_WAY = 2;

    private final EngineSettings settings;
    private final EngineClock clock;
    private final Device device;
    private final DeviceMeter meter;
    private final BatchObserver observer;
    private final BundleResidency residency;
    private final Map<String, BundleQueue> queues = new LinkedHashMap<>();
    private final List<BundleQueue> turns = new ArrayList<>();
    private final Set<Job> inside = new HashSet<>();
    private final NavigableSet<Job> byDeadline =
            new TreeSet<>(Comparator.comparing(Job::deadline).thenComparingLong(Job::arrival));
    private final List<BundleQueue> underWay = new ArrayList<>();
    private volatile Batches batches = Batches.NONE;
    private long round;

    EngineLoop(List<BundleQueue> queues, EngineSettings settings, EngineClock clock, Device device, DeviceMeter meter) {
        this(queues, settings, clock, device, meter, BatchObserver.NONE);
    }

    EngineLoop(
            List<BundleQueue> queues,
            EngineSettings settings,
            EngineClock clock,
            Device device,
            DeviceMeter meter,
            BatchObserver observer) {
        this.observer = observer;
        this.settings = settings;
        this.clock = clock;
        this.device = device;
        this.meter = meter;
        residency = new BundleResidency(settings, clock);
        for (BundleQueue queue : queues) {
            this.queues.put(queue.bundle().name(), queue);
            turns.add(queue);
        }
    }

    /** Lanes by bundle name; never changes, so any thread may read it. */
    Map<String, BundleQueue> queues() {
        return queues;
    }

    /** Calls so far. Any thread may ask. */
    Batches batches() {
        return batches;
    }

    /** Whether there is nothing to do. */
    boolean idle() {
        return inside.isEmpty() && underWay.isEmpty();
    }

    /** Brings each bundle to the device and batches its networks once, smaller if they don't fit. */
    void warmUp() {
        for (BundleQueue queue : turns) {
            long start = clock.nanos();
            long loadingNanos = 0;
            List<Batch> toMake = queue.warmUpCalls(residency);
            while (!toMake.isEmpty()) {
                toMake.forEach(device::start);
                boolean again = false;
                for (int i = 0; i < toMake.size(); i++) {
                    BatchResult result = device.take();
                    loadingNanos += result.overheadNanos();
                    meter.wasted(result.batch().network(), result.overheadNanos() + result.nanos());
                    residency.arrived(queue, result.startNanos());
                    if (result.yield() instanceof Failure failure) {
                        if (!remedied(result.batch()) && !makeRoom(result.batch(), failure)) {
                            throw failure.cause();
                        }
                        again = true;
                    } else if (result.batch().network() == Network.DENOISER) {
                        queue.backlog().guess(result.batch().rowsPerCall(), result.nanos());
                    }
                }
                toMake = again ? queue.warmUpCalls(residency) : List.of();
            }
            LOG.info(
                    "bundle_warm bundle={} loading_seconds={} seconds={}",
                    queue.bundle().name(),
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
        job.queue().enter(job, clock.nanos());
        if (job.queue().breaker().open()) {
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

    /** Gets batches ready for as long as the device takes them, then waits for the oldest one and uses its results. */
    void tick() {
        round++;
        expireDeadlines();
        while (underWay.size() < MOST_CALLS_UNDER_WAY) {
            Optional<Batch> batch = nextCall();
            if (batch.isEmpty()) {
                break;
            }
            device.start(batch.get());
        }
        if (!underWay.isEmpty()) {
            underWay.removeFirst();
            finish(device.take());
        }
    }

    /** Uses the batches under way and abandons every job inside, so that the meter is complete. */
    void close() {
        while (!underWay.isEmpty()) {
            underWay.removeFirst();
            finish(device.take());
        }
        List.copyOf(inside).forEach(this::abandon);
    }

    /** The queues take turns. */
    private Optional<Batch> nextCall() {
        for (int i = 0; i < turns.size(); i++) {
            BundleQueue queue = turns.removeFirst();
            turns.addLast(queue);
            if (queue.hasJobs() && residency.admits(queue)) {
                queue.scheduler().startImages();
                Optional<Network> network = queue.scheduler().next(underWay.contains(queue));
                if (network.isPresent()) {
                    return Optional.of(ready(queue, network.get()));
                }
            }
        }
        return Optional.empty();
    }

    private Batch ready(BundleQueue queue, Network network) {
        Batch batch = queue.nextCall(network, residency);
        batch.rows().forEach(row -> row.job().inCall());
        underWay.add(queue);
        batches = batches.plus(
                batch.rows().size(),
                batch.buffers().rows() - batch.rows().size(),
                queue.scheduler().workWaits());
        return batch;
    }

    private void finish(BatchResult result) {
        Batch batch = result.batch();
        if (result.overheadNanos() > 0) {
            meter.wasted(batch.network(), result.overheadNanos());
        }
        residency.arrived(batch.queue(), result.startNanos());
        tell(result);
        switch (result.yield()) {
            case Values(FloatBuffer values) -> {
                batch.queue().breaker().succeeded(batch.network());
                meter.charged(batch.network(), result.nanos());
                batch.queue().backlog().measured(batch.rows().size(), result.nanos());
                share(batch, values, batch.split(result.nanos()), result.startNanos());
            }
            case Failure failure -> {
                meter.wasted(batch.network(), result.nanos());
                if (remedied(batch) || makeRoom(batch, failure)) {
                    batch.queue()
                            .scheduler()
                            .putBack(batch.rows().stream()
                                    .filter(row -> !row.job().ended())
                                    .toList());
                } else {
                    fail(batch, failure);
                }
            }
        }
    }

    private void tell(BatchResult result) {
        Batch batch = result.batch();
        observer.made(new BatchRun(
                batch.queue().bundle().name(),
                batch.network(),
                batch.rows().size(),
                batch.buffers().rows(),
                result.startNanos(),
                result.nanos(),
                result.yield() instanceof Failure,
                () -> batch.rows().stream().map(row -> row.job().request().id()).collect(Collectors.toSet())));
    }

    private void share(Batch batch, FloatBuffer results, CostSplit split, long start) {
        List<Requester> ready = new ArrayList<>();
        for (int i = 0; i < batch.rows().size(); i++) {
            Row row = batch.rows().get(i);
            DeviceUsage usage = split.usage(batch.network(), i);
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
            job.queue().scheduler().add(job);
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
            trajectory.requestRows(job.queue().scheduler()::add);
        } else if (job.imageDone()) {
            job.endSampled(clock.nanos());
            forget(job);
            return;
        }
        job.offerSnapshot();
    }

    /** Whether something was decided since a batch was made ready that may keep it from failing again. */
    private boolean remedied(Batch batch) {
        return batch.remedies() < residency.remedies() + batch.queue().reloads();
    }

    /**
     * Where a batch failed for lack of memory: sends bundles without jobs away, or makes batches half as large.
     *
     * @return whether the same rows may be tried again
     */
    private boolean makeRoom(Batch batch, Failure failure) {
        if (!(failure.cause() instanceof OutOfDeviceMemoryException)) {
            return false;
        }
        BundleQueue queue = batch.queue();
        if (failure.whileLoading()) {
            return residency.shrinkAround(queue);
        }
        if (batch.rowsPerCall() > queue.scheduler().rowsPerCall(batch.network()) || residency.sendIdleAway(queue)) {
            return true;
        }
        Optional<Integer> half = queue.halve(batch.network());
        half.ifPresent(rows -> LOG.warn(
                "call_halved bundle={} network={} rows_per_call={} reason={}",
                queue.bundle().name(),
                batch.network(),
                rows,
                failure.cause().getMessage()));
        return half.isPresent();
    }

    /** Answers every job in the batch, and all of the queue's once it has failed too often. */
    private void fail(Batch batch, Failure failure) {
        BundleQueue queue = batch.queue();
        LOG.error(
                "call_failed bundle={} network={} rows={}",
                queue.bundle().name(),
                batch.network(),
                batch.rows().size(),
                failure.cause());
        // First, so that whoever hears of a job's end finds no door open that isn't.
        boolean outOfService = queue.breaker().failed(batch.network());
        queue.reload();
        batch.rows().stream()
                .map(Row::job)
                .distinct()
                .forEach(job -> stop(job, FailureCode.ENGINE_FAULT, "the device failed during a call"));
        if (outOfService) {
            LOG.error("bundle_out_of_service bundle={}", queue.bundle().name());
            inside.stream()
                    .filter(job -> job.queue() == queue)
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
        job.queue().leave(job);
    }
}
