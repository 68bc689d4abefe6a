package dev.sluice.capacity;

import java.time.Duration;
import java.util.List;

/**
 * How a trace went.
 *
 * @param latencies of requests that completed, from publication
 * @param expired requests that their deadline ended
 * @param unsettled requests without an outcome, where the run was given up as its target could no longer be met
 * @param device time in batches, of all workers
 * @param workers time that workers were there, of all workers, from a pod's creation
 * @param span from the trace's beginning until all was done
 * @param starts workers that were started, those at the beginning left out
 * @param handedOver requests that a worker left undone when it stopped
 * @param replicas how many there were from when on
 */
public record Run(
        Latencies latencies,
        long expired,
        long unsettled,
        Duration device,
        Duration workers,
        Duration span,
        int starts,
        long handedOver,
        List<Change> replicas) {
    /** From {@code at} on there were {@code replicas} workers. */
    public record Change(Duration at, int replicas) {}

    public Run {
        replicas = List.copyOf(replicas);
    }

    /** The most workers that there were at a time. */
    public int mostReplicas() {
        return replicas.stream().mapToInt(Change::replicas).max().orElse(0);
    }

    /** The mean number of workers over time. */
    public double meanReplicas() {
        return span.isZero() ? 0 : (double) workers.toNanos() / span.toNanos();
    }

    /** The share of the workers' time that was spent in batches. */
    public double busy() {
        return workers.isZero() ? 0 : (double) device.toNanos() / workers.toNanos();
    }

    boolean meets(Target target) {
        return unsettled == 0 && expired <= target.mayMiss(latencies.count() + expired) && target.metBy(latencies);
    }
}
