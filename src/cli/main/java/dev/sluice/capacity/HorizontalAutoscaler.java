package dev.sluice.capacity;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Kubernetes' horizontal autoscaler between one and the most replicas, as KEDA sets it up. Each metric is an average
 * value with a tolerance of a tenth. It goes up by four pods or to twice as many in 15 s. It goes down to the highest
 * recommendation of the stabilization window. (kube-controller-manager's {@code podautoscaler}, defaults of
 * autoscaling/v2.)
 */
final class HorizontalAutoscaler {
    /** The period of the default policies, whatever {@code --horizontal-pod-autoscaler-sync-period} is. */
    private static final Duration POLICY_PERIOD = Duration.ofSeconds(15);

    /** {@code --horizontal-pod-autoscaler-tolerance} */
    private static final double TOLERANCE = 0.1;

    private static final int PODS_PER_PERIOD = 4;

    private final int least;
    private final int most;
    private final long windowNanos;
    private final Deque<Recommendation> recommendations = new ArrayDeque<>();
    /** The increases of the last policy period. */
    private final Deque<Increase> increases = new ArrayDeque<>();

    private record Recommendation(long nanos, int replicas) {}

    private record Increase(long nanos, int replicas) {}

    HorizontalAutoscaler(int least, int most, Duration stabilization) {
        this.least = least;
        this.most = most;
        windowNanos = stabilization.toNanos();
    }

    /** How many replicas a metric wants, at so much of it for each. */
    static int wanted(double value, double perReplica, int replicas) {
        double usage = value / (perReplica * replicas);
        return Math.abs(usage - 1) <= TOLERANCE ? replicas : (int) Math.ceil(value / perReplica);
    }

    /**
     * What it sets now.
     *
     * @param wanted by the metric that wants most
     * @param replicas now, at least 1
     */
    int replicas(long nowNanos, int wanted, int replicas) {
        int recommended = Math.clamp(wanted, least, most);
        while (!recommendations.isEmpty() && recommendations.getFirst().nanos() < nowNanos - windowNanos) {
            recommendations.removeFirst();
        }
        recommendations.addLast(new Recommendation(nowNanos, recommended));
        if (recommended > replicas) {
            int set = Math.min(recommended, most(nowNanos, replicas));
            increases.addLast(new Increase(nowNanos, set - replicas));
            return set;
        }
        int held = recommendations.stream()
                .mapToInt(Recommendation::replicas)
                .max()
                .orElse(recommended);
        return Math.min(replicas, held);
    }

    /** The most that the policies allow. They count from how many there were when their period began. */
    private int most(long nowNanos, int replicas) {
        while (!increases.isEmpty() && increases.getFirst().nanos() <= nowNanos - POLICY_PERIOD.toNanos()) {
            increases.removeFirst();
        }
        int before = replicas - increases.stream().mapToInt(Increase::replicas).sum();
        return Math.max(replicas, Math.max(before + PODS_PER_PERIOD, 2 * before));
    }
}
