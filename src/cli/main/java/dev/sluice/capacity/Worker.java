package dev.sluice.capacity;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A simulated worker, from its pod's creation to its end. */
final class Worker {
    /** Where a worker is on its way. */
    enum Stage {
        STARTING,
        IN_GROUP,
        /** It finishes what it has and takes no more. */
        STOPPING,
        GONE
    }

    private final WorkerEngine engine;
    private final long createdNanos;
    private final List<Partition> partitions = new ArrayList<>();
    private final Set<Integer> requests = new LinkedHashSet<>();
    private final List<Done> stored = new ArrayList<>();
    private Stage stage = Stage.STARTING;
    private int images;
    private int uncommitted;
    private long committingUntilNanos;

    /**
     * A request that was sampled and stored, and that the worker's thread has to settle.
     *
     * @param expired whether its deadline ended it
     */
    record Done(int request, boolean expired) {}

    Worker(WorkerEngine engine, long createdNanos) {
        this.engine = engine;
        this.createdNanos = createdNanos;
    }

    WorkerEngine engine() {
        return engine;
    }

    long createdNanos() {
        return createdNanos;
    }

    List<Partition> partitions() {
        return partitions;
    }

    Stage stage() {
        return stage;
    }

    void reach(Stage next) {
        stage = next;
    }

    /** Images inside, waiting or under way. */
    int images() {
        return images;
    }

    /** Whether it has no request that isn't settled. */
    boolean idle() {
        return requests.isEmpty();
    }

    void took(int request, int itsImages) {
        requests.add(request);
        images += itsImages;
        uncommitted++;
    }

    void sampled(int itsImages) {
        images -= itsImages;
    }

    void stored(Done done) {
        stored.add(done);
    }

    /** Settles what is stored; one that was handed over ends elsewhere. */
    List<Done> settle() {
        if (stored.isEmpty()) {
            return List.of();
        }
        List<Done> settled =
                stored.stream().filter(done -> requests.remove(done.request())).toList();
        stored.clear();
        return settled;
    }

    void commitUntil(long nanos) {
        committingUntilNanos = nanos;
    }

    long committingUntilNanos() {
        return committingUntilNanos;
    }

    boolean committing(long nowNanos) {
        return nowNanos < committingUntilNanos;
    }

    /** How many it has taken since its last commit, which is over. */
    int committed() {
        int taken = uncommitted;
        uncommitted = 0;
        return taken;
    }

    /** What it has taken and not settled, oldest first. */
    List<Integer> leave() {
        List<Integer> left = List.copyOf(requests);
        requests.clear();
        stored.clear();
        return left;
    }
}
