package dev.sluice.engine;

import dev.sluice.engine.device.BundleResidency;
import dev.sluice.request.Network;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Where the next batch comes from: the bundles' queues take turns, as far as their bundles may be on the device. Which rows are
 * in it, the queue's scheduler says. Confined to the engine's loop.
 */
final class BatchSource {
    private final Deque<BundleQueue> turns;
    private final BundleResidency residency;

    BatchSource(Collection<BundleQueue> queues, BundleResidency residency) {
        turns = new ArrayDeque<>(queues);
        this.residency = residency;
    }

    /**
     * The next batch, written into its buffers; nothing where no batch should be made now.
     *
     * @param underWay whether a queue has a batch under way, whose results may bring the rows that its next one lacks
     */
    Optional<ScheduledBatch> next(Predicate<BundleQueue> underWay) {
        for (int i = 0; i < turns.size(); i++) {
            BundleQueue queue = turns.removeFirst();
            turns.addLast(queue);
            if (queue.resident().hasJobs() && residency.admits(queue.resident())) {
                queue.scheduler().startImages();
                Optional<Network> network = queue.scheduler().next(underWay.test(queue));
                if (network.isPresent()) {
                    ScheduledBatch batch = queue.nextBatch(network.get(), residency);
                    batch.rows().forEach(row -> row.job().rowScheduled());
                    return Optional.of(batch);
                }
            }
        }
        return Optional.empty();
    }
}
