package dev.sluice.capacity;

import java.time.Duration;

/**
 * KEDA: from none to one and back to none by its own look every {@code polling}; in between by the {@link
 * HorizontalAutoscaler}. (kedacore/keda 2.20, {@code scale_scaledobjects.go} and {@code kafka_scaler.go}.)
 */
final class Autoscaler {
    private static final Duration LONGEST_WINDOW = Duration.ofHours(1);

    private final Scaling.Keda settings;
    private final int partitions;
    private final HorizontalAutoscaler horizontal;
    private long lastActiveNanos;

    /**
     * What KEDA reads.
     *
     * @param lag requests that no worker has taken
     * @param waitingSeconds of work that workers have taken
     */
    record Metrics(long lag, double waitingSeconds) {
        boolean active() {
            return lag > 0 || waitingSeconds > 0;
        }
    }

    Autoscaler(Scaling.Keda settings, int partitions) {
        this.settings = settings;
        this.partitions = partitions;
        Duration window = settings.cooldown().compareTo(LONGEST_WINDOW) > 0 ? LONGEST_WINDOW : settings.cooldown();
        horizontal = new HorizontalAutoscaler(Math.max(1, settings.minReplicas()), settings.maxReplicas(), window);
    }

    /** How many replicas KEDA itself sets at a poll. */
    int polled(long nowNanos, Metrics metrics, int replicas) {
        if (metrics.active()) {
            lastActiveNanos = nowNanos;
            return replicas == 0 ? Math.max(1, settings.minReplicas()) : replicas;
        }
        boolean cooled = nowNanos - lastActiveNanos > settings.cooldown().toNanos();
        return settings.minReplicas() == 0 && cooled ? 0 : replicas;
    }

    /** How many replicas the horizontal autoscaler sets. It does nothing where there are none. */
    int synced(long nowNanos, Metrics metrics, int replicas) {
        if (replicas == 0) {
            return 0;
        }
        // allowIdleConsumers is false: no more lag counts than a worker for each partition is worth.
        long lag = Math.min(metrics.lag(), (long) partitions * settings.lagThreshold());
        int wanted = Math.max(
                HorizontalAutoscaler.wanted((double) lag, settings.lagThreshold(), replicas),
                HorizontalAutoscaler.wanted(
                        metrics.waitingSeconds(), settings.waitingThreshold().toNanos() / 1e9, replicas));
        return horizontal.replicas(nowNanos, wanted, replicas);
    }
}
