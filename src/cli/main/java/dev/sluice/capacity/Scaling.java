package dev.sluice.capacity;

import java.time.Duration;

/** How many workers there are. */
public sealed interface Scaling {
    /** The same number all the time. */
    record Fixed(int workers) implements Scaling {
        public Fixed {
            if (workers < 1) {
                throw new IllegalArgumentException("must be at least 1, not " + workers);
            }
        }
    }

    /**
     * As many as KEDA and the horizontal autoscaler behind it say, by the chart's ScaledObject.
     *
     * @param minReplicas may be 0
     * @param polling how often KEDA looks whether anything is to be done
     * @param cooldown without work, until the last worker is removed; also how long the horizontal autoscaler remembers
     *     that more were wanted, up to an hour
     * @param start from a pod's creation until its worker is in the group
     * @param lagThreshold requests of lag per worker
     * @param waitingThreshold of waiting work per worker
     * @param scrape how old the workers' metrics may be
     * @param horizontalSync how often the horizontal autoscaler looks
     */
    record Keda(
            int minReplicas,
            int maxReplicas,
            Duration polling,
            Duration cooldown,
            Duration start,
            int lagThreshold,
            Duration waitingThreshold,
            Duration scrape,
            Duration horizontalSync)
            implements Scaling {
        public Keda {
            if (minReplicas < 0 || maxReplicas < Math.max(1, minReplicas)) {
                throw new IllegalArgumentException("no replicas: " + minReplicas + " to " + maxReplicas);
            }
        }
    }
}
