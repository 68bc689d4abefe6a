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
        /** It goes on with what it has and takes no more. */
        STOPPING,
        GONE
    }

    private final WorkerEngine engine;
    private final long createdNanos;
    private final List<Partition> partitions = new ArrayList<>();
    private final Set<Integer> requests = new LinkedHashSet<>();
    private Stage stage = Stage.STARTING;
    private int images;

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

    boolean idle() {
        return requests.isEmpty();
    }

    void took(int request, int itsImages) {
        requests.add(request);
        images += itsImages;
    }

    /** Whether it still had it: one that was handed over ends elsewhere. */
    boolean settled(int request, int itsImages) {
        images -= itsImages;
        return requests.remove(request);
    }

    /** What it has taken and not settled, oldest first. */
    List<Integer> leave() {
        List<Integer> left = List.copyOf(requests);
        requests.clear();
        return left;
    }
}
