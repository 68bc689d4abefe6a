package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.scheduling.FairImageQueue;
import dev.sluice.request.Priority;
import dev.sluice.request.TenantId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Watches that no tenant starves another: while one has images to start, no other tenant starts more planned evaluations
 * for the same bundle and priority than it does, plus the lead that deficit round robin allows. So whoever waits has, at
 * any time, waited for no more than its own share of every other tenant's turns.
 */
final class FairShares {
    private final List<WatchedJob> jobs;
    /** What each tenant had started when a waiting tenant's wait began. */
    private final Map<Queue, Map<TenantId, Long>> sinceWaitBegan = new HashMap<>();

    private long largestImage;
    private long comparisons;

    FairShares(List<WatchedJob> jobs) {
        this.jobs = jobs;
    }

    /** One tenant's images for one bundle at one priority. */
    private record Queue(ServedBundle bundle, Priority priority, TenantId tenant) {
        static Queue of(Job job) {
            return new Queue(
                    job.bundle(), job.request().priority(), job.request().tenant());
        }

        boolean rivals(Queue other) {
            return bundle == other.bundle && priority == other.priority && !tenant.equals(other.tenant);
        }
    }

    /** After an event. */
    void check() {
        Map<Queue, Long> started = new HashMap<>();
        Map<Queue, Boolean> waits = new HashMap<>();
        for (WatchedJob watched : jobs) {
            Job job = watched.job();
            Queue queue = Queue.of(job);
            largestImage = Math.max(largestImage, job.evaluationsPerImage());
            started.merge(queue, job.imagesStarted() * job.evaluationsPerImage(), Long::sum);
            boolean mayStart = !job.ended() && job.contexts().complete() && !job.allImagesStarted();
            waits.merge(queue, mayStart, Boolean::logicalOr);
        }
        waits.forEach((queue, waiting) -> {
            if (waiting) {
                compare(queue, started);
            } else {
                sinceWaitBegan.remove(queue);
            }
        });
    }

    /** How often two tenants were compared: a watch that never saw a rival has proved nothing. */
    long comparisons() {
        return comparisons;
    }

    private void compare(Queue waiting, Map<Queue, Long> started) {
        Map<TenantId, Long> before = sinceWaitBegan.computeIfAbsent(waiting, queue -> counts(queue, started));
        long own = started.getOrDefault(waiting, 0L) - before.getOrDefault(waiting.tenant(), 0L);
        started.forEach((other, evaluations) -> {
            if (other.rivals(waiting)) {
                comparisons++;
                long theirs = evaluations - before.getOrDefault(other.tenant(), 0L);
                assertThat(theirs)
                        .as("evaluations that %s started while %s waited", other.tenant(), waiting.tenant())
                        .isLessThanOrEqualTo(own + FairImageQueue.lead(largestImage));
            }
        });
    }

    private static Map<TenantId, Long> counts(Queue queue, Map<Queue, Long> started) {
        Map<TenantId, Long> counts = new HashMap<>();
        started.forEach((other, evaluations) -> {
            if (other.rivals(queue) || other.equals(queue)) {
                counts.put(other.tenant(), evaluations);
            }
        });
        return counts;
    }
}
