package dev.sluice.capacity;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A trace's way through partitions and workers, event by event, in the order of their times. Confined to one thread, and a
 * function of its arguments.
 *
 * <p>A worker asks whether it has room before each poll, and a poll brings so many records as Streams' consumer is set to
 * bring; what it doesn't take waits in the topic, oldest first. One thread of a worker takes requests, settles what was sampled
 * and stored, and commits both; while it commits it does neither.
 */
final class Simulation {
    /** {@code max.poll.records} of a worker. */
    private static final int RECORDS_PER_POLL = 16;

    /** How long after the last outcome an autoscaler is waited for. */
    private static final Duration LONGEST_WIND_DOWN = Duration.ofHours(3);

    private final Trace trace;
    private final Fleet fleet;
    private final Scaling scaling;
    private final Optional<Target> giveUp;
    private final List<Partition> partitions;
    private final Assignment assignment;
    private final List<Worker> workers = new ArrayList<>();
    private final PriorityQueue<Wake> wakes =
            new PriorityQueue<>(Comparator.comparingLong(Wake::nanos).thenComparingLong(Wake::order));
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(Timer::nanos).thenComparingLong(Timer::order));
    private final Latencies latencies = new Latencies();
    private final List<Run.Change> changes = new ArrayList<>();
    private long order;
    private long nowNanos;
    private int published;
    private long taken;
    /** Requests that workers took and whose commit is not over. */
    private long uncommitted;

    private long settled;
    private long expired;
    private long missed;
    private long handedOver;
    private long workerNanos;
    private long deviceNanos;
    private long lastOutcomeNanos;
    private int starts;
    private double scrapedSeconds;

    /** A worker's engine has to be told of this time. Out of date if the engine has chosen another time since. */
    private record Wake(long nanos, long order, Worker worker) {}

    private record Timer(long nanos, long order, Runnable action) {}

    /**
     * A run that has not begun.
     *
     * @param giveUp where this target can no longer be met, the run ends
     */
    Simulation(Trace trace, Fleet fleet, Scaling scaling, Optional<Target> giveUp) {
        this.trace = trace;
        this.fleet = fleet;
        this.scaling = scaling;
        this.giveUp = giveUp;
        partitions = IntStream.range(0, fleet.partitions())
                .mapToObj(number -> new Partition())
                .toList();
        assignment = new Assignment(partitions);
    }

    /** Runs it to its end. */
    Run run() {
        switch (scaling) {
            case Scaling.Fixed(int count) -> begin(count);
            case Scaling.Keda keda -> {
                begin(keda.minReplicas());
                Autoscaler autoscaler = new Autoscaler(keda, fleet.partitions());
                every(keda.scrape(), 0, () -> scrapedSeconds = waitingSeconds());
                long half = keda.polling().toNanos() / 2;
                every(keda.polling(), half, () -> scale(autoscaler.polled(nowNanos, metrics(), replicas()), keda));
                every(
                        keda.horizontalSync(),
                        keda.horizontalSync().toNanos(),
                        () -> scale(autoscaler.synced(nowNanos, metrics(), replicas()), keda));
            }
        }
        while (!over()) {
            next();
        }
        return ended();
    }

    private boolean over() {
        if (giveUp.filter(target -> missed > target.mayMiss(trace.requests())).isPresent()) {
            return true;
        }
        if (published < trace.requests() || settled + expired < trace.requests()) {
            return false;
        }
        return switch (scaling) {
            case Scaling.Fixed fixed -> true;
            case Scaling.Keda keda ->
                workers.size() <= keda.minReplicas() || nowNanos > lastOutcomeNanos + LONGEST_WIND_DOWN.toNanos();
        };
    }

    private void next() {
        Wake wake = nextWake();
        long arrival = published < trace.requests() ? trace.atNanos(published) : Long.MAX_VALUE;
        long wakeNanos = wake == null ? Long.MAX_VALUE : wake.nanos();
        long timerNanos = timers.isEmpty() ? Long.MAX_VALUE : timers.element().nanos();
        if (arrival <= wakeNanos && arrival <= timerNanos) {
            pass(arrival);
            publish();
        } else if (wake != null && wakeNanos <= timerNanos) {
            wakes.remove();
            pass(wakeNanos);
            wake.worker().engine().passTo(wakeNanos);
            wakeLater(wake.worker());
        } else {
            pass(timerNanos);
            timers.remove().action().run();
        }
    }

    private void pass(long nanos) {
        if (nanos == Long.MAX_VALUE) {
            throw new IllegalStateException("nothing happens, and " + (trace.requests() - settled) + " requests wait");
        }
        nowNanos = nanos;
    }

    private @Nullable Wake nextWake() {
        Wake wake = wakes.peek();
        while (wake != null
                && (wake.worker().stage() == Worker.Stage.GONE
                        || wake.nanos() < wake.worker().engine().nextNanos())) {
            wakes.remove();
            wake = wakes.peek();
        }
        return wake;
    }

    private void wakeLater(Worker worker) {
        long nanos = worker.engine().nextNanos();
        if (nanos < Long.MAX_VALUE && worker.stage() != Worker.Stage.GONE) {
            wakes.add(new Wake(Math.max(nanos, nowNanos), order++, worker));
        }
    }

    private void publish() {
        int request = published++;
        Partition partition = partitions.get(partition(request));
        partition.add(request);
        Worker owner = partition.owner();
        if (owner != null && partition.fetchedAt(nowNanos)) {
            turn(owner);
        }
    }

    /** Spreads requests as evenly as hashes of keys do (SplitMix64's finalizer). */
    private int partition(int request) {
        long hash = (request + 1) * 0x9E3779B97F4A7C15L;
        hash = (hash ^ (hash >>> 30)) * 0xBF58476D1CE4E5B9L;
        hash = (hash ^ (hash >>> 27)) * 0x94D049BB133111EBL;
        return (int) Long.remainderUnsigned(hash ^ (hash >>> 31), partitions.size());
    }

    /** What a worker's thread does when something happens, where it doesn't commit. */
    private void turn(Worker worker) {
        if (worker.stage() == Worker.Stage.GONE || worker.committing(nowNanos)) {
            return;
        }
        boolean settledAny = settle(worker);
        boolean takenAny = poll(worker);
        if (takenAny) {
            wakeLater(worker);
        }
        if (settledAny || takenAny) {
            commit(worker);
        }
        if (worker.stage() == Worker.Stage.STOPPING && worker.idle() && !worker.committing(nowNanos)) {
            leave(worker);
        }
    }

    private void commit(Worker worker) {
        if (fleet.commit().isZero()) {
            uncommitted -= worker.committed();
        } else {
            long until = nowNanos + fleet.commit().toNanos();
            worker.commitUntil(until);
            at(until, () -> {
                uncommitted -= worker.committed();
                turn(worker);
            });
        }
    }

    private boolean settle(Worker worker) {
        List<Worker.Done> all = worker.settle();
        all.forEach(done -> outcome(done.expired(), done.request()));
        return !all.isEmpty();
    }

    /** Whether it took any. */
    private boolean poll(Worker worker) {
        boolean any = false;
        while (worker.stage() == Worker.Stage.IN_GROUP && worker.images() < fleet.maxImages()) {
            for (int record = 0; record < RECORDS_PER_POLL; record++) {
                Partition oldest = oldest(worker);
                if (oldest == null) {
                    return any;
                }
                any |= take(worker, oldest.take());
            }
        }
        return any;
    }

    private @Nullable Partition oldest(Worker worker) {
        Partition oldest = null;
        for (Partition partition : worker.partitions()) {
            if (!partition.isEmpty()
                    && partition.fetchedAt(nowNanos)
                    && (oldest == null || partition.head() < oldest.head())) {
                oldest = partition;
            }
        }
        return oldest;
    }

    /** Whether the worker's engine has it now. */
    private boolean take(Worker worker, int request) {
        Ask ask = trace.ask(request);
        taken++;
        long published = trace.atNanos(request);
        if (ask.deadline()
                .filter(after -> published + after.toNanos() < nowNanos)
                .isPresent()) {
            outcome(true, request);
            return false;
        }
        worker.took(request, ask.images());
        uncommitted++;
        worker.engine().submit(ask, published, nowNanos, late -> ended(worker, request, late));
        return true;
    }

    private void ended(Worker worker, int request, boolean late) {
        worker.sampled(trace.ask(request).images());
        at(nowNanos + fleet.aside().toNanos(), () -> {
            worker.stored(new Worker.Done(request, late));
            turn(worker);
        });
        turn(worker);
    }

    private void outcome(boolean late, int request) {
        lastOutcomeNanos = nowNanos;
        long nanos = nowNanos - trace.atNanos(request);
        if (late) {
            expired++;
        } else {
            settled++;
            latencies.add(nanos);
        }
        if (giveUp.filter(target -> late || nanos > target.within().toNanos()).isPresent()) {
            missed++;
        }
    }

    private void begin(int count) {
        for (int i = 0; i < count; i++) {
            Worker worker = new Worker(WorkerEngine.of(fleet), 0);
            worker.reach(Worker.Stage.IN_GROUP);
            workers.add(worker);
        }
        assignment.share(members(), 0);
        note();
    }

    private void scale(int wanted, Scaling.Keda keda) {
        int replicas = replicas();
        for (int i = replicas; i < wanted; i++) {
            Worker worker = new Worker(WorkerEngine.of(fleet), nowNanos);
            workers.add(worker);
            starts++;
            at(nowNanos + keda.start().toNanos(), () -> join(worker));
        }
        for (int i = replicas; i > wanted; i--) {
            stop(newest());
        }
        if (wanted != replicas) {
            note();
        }
    }

    /** A Deployment removes those first that are not ready, then the youngest. */
    private Worker newest() {
        return workers.stream()
                .filter(worker -> worker.stage() == Worker.Stage.STARTING || worker.stage() == Worker.Stage.IN_GROUP)
                .max(Comparator.comparing((Worker worker) -> worker.stage() == Worker.Stage.STARTING)
                        .thenComparingLong(Worker::createdNanos))
                .orElseThrow();
    }

    private void join(Worker worker) {
        if (worker.stage() == Worker.Stage.STARTING) {
            worker.reach(Worker.Stage.IN_GROUP);
            rebalance();
        }
    }

    private void stop(Worker worker) {
        if (worker.stage() == Worker.Stage.STARTING || worker.idle()) {
            leave(worker);
        } else {
            worker.reach(Worker.Stage.STOPPING);
            at(nowNanos + fleet.grace().toNanos(), () -> {
                if (worker.stage() == Worker.Stage.STOPPING) {
                    leave(worker);
                }
            });
        }
    }

    private void leave(Worker worker) {
        boolean member = worker.stage() != Worker.Stage.STARTING;
        worker.reach(Worker.Stage.GONE);
        workers.remove(worker);
        count(worker);
        uncommitted -= worker.committed();
        for (int request : worker.leave().reversed()) {
            partitions.get(partition(request)).putBack(request);
            taken--;
            handedOver++;
        }
        if (member) {
            rebalance();
        }
    }

    private void rebalance() {
        // All members have to join anew, which a thread that commits does later.
        long joined = members().stream().mapToLong(Worker::committingUntilNanos).reduce(nowNanos, Math::max);
        long from = joined + fleet.rebalance().toNanos();
        assignment.share(members(), from);
        at(from, () -> members().forEach(this::turn));
    }

    /** Members of the group. A worker that stops keeps its partitions until it leaves. */
    private List<Worker> members() {
        return workers.stream()
                .filter(worker -> worker.stage() != Worker.Stage.STARTING)
                .toList();
    }

    /** What the Deployment is set to: those that stop are not of them. */
    private int replicas() {
        return (int) workers.stream()
                .filter(worker -> worker.stage() != Worker.Stage.STOPPING)
                .count();
    }

    private Autoscaler.Metrics metrics() {
        return new Autoscaler.Metrics(published - taken + uncommitted, scrapedSeconds);
    }

    /** Workers that start have something to do as well. */
    private double waitingSeconds() {
        return workers.stream()
                .filter(worker -> worker.stage() == Worker.Stage.STARTING || !worker.idle())
                .mapToDouble(worker -> Math.max(1, worker.engine().waitingSeconds()))
                .sum();
    }

    private void count(Worker worker) {
        workerNanos += nowNanos - worker.createdNanos();
        deviceNanos += worker.engine().deviceNanos();
    }

    private void note() {
        changes.add(new Run.Change(Duration.ofNanos(nowNanos), replicas()));
    }

    private void at(long nanos, Runnable action) {
        timers.add(new Timer(nanos, order++, action));
    }

    private void every(Duration period, long firstNanos, Runnable action) {
        at(firstNanos, () -> {
            action.run();
            every(period, nowNanos + period.toNanos(), action);
        });
    }

    private Run ended() {
        nowNanos = Math.max(nowNanos, trace.span().toNanos());
        workers.forEach(this::count);
        return new Run(
                latencies,
                expired,
                trace.requests() - settled - expired,
                Duration.ofNanos(deviceNanos),
                Duration.ofNanos(workerNanos),
                Duration.ofNanos(nowNanos),
                starts,
                handedOver,
                changes);
    }
}
