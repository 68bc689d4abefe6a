package dev.sluice.chaos;

import dev.sluice.chaos.surroundings.Surroundings;
import dev.sluice.stream.PartitionGrowth;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an operator does to a running installation. */
final class PartitionFaults {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionFaults.class);
    private static final Duration EXIT_PATIENCE = Duration.ofSeconds(40);
    /** How long the group needs to forget killed members, and the broker their transactions. */
    private static final Duration GROWTH_PATIENCE = Duration.ofSeconds(60);

    private static final int STEP = 2;
    private static final int MOST = 8;

    private PartitionFaults() {}

    static List<Fault> all() {
        return List.of(Fault.of("partitions-added", PartitionFaults::add));
    }

    /** All workers stop, partitions are added as {@code sluice partitions} does, and the workers start again. */
    private static boolean add(Arena arena, SplittableRandom random) throws InterruptedException {
        List<WorkerProcess> workers = arena.fleet().processes();
        workers.forEach(arena.fleet()::holdBack);
        try {
            for (WorkerProcess worker : workers) {
                worker.terminate();
            }
            for (WorkerProcess worker : workers) {
                worker.awaitExit(EXIT_PATIENCE);
            }
            Map<String, Object> clients =
                    Map.of("bootstrap.servers", arena.around().broker().bootstrapServers());
            PartitionGrowth growth = new PartitionGrowth(
                    clients,
                    Surroundings.APPLICATION_ID,
                    Surroundings.TOPICS.requests(),
                    Surroundings.TOPICS.cancellations());
            int wanted = Math.min(MOST, partitions(clients) + STEP);
            return grow(growth, wanted);
        } finally {
            for (WorkerProcess worker : workers) {
                worker.kill();
                arena.fleet().letGo(worker);
            }
        }
    }

    private static boolean grow(PartitionGrowth growth, int wanted) throws InterruptedException {
        long end = System.nanoTime() + GROWTH_PATIENCE.toNanos();
        while (true) {
            try {
                LOG.info("partitions_added report={}", growth.grow(wanted));
                return true;
            } catch (PartitionGrowth.RefusedException e) {
                if (System.nanoTime() > end) {
                    LOG.warn("partitions_not_added wanted={}", wanted, e);
                    return false;
                }
                Thread.sleep(1000);
            }
        }
    }

    private static int partitions(Map<String, Object> clients) throws InterruptedException {
        try (Admin admin = Admin.create(clients)) {
            return admin.describeTopics(List.of(Surroundings.TOPICS.requests()))
                    .topicNameValues()
                    .values()
                    .iterator()
                    .next()
                    .get()
                    .partitions()
                    .size();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the broker can't tell its topics", e);
        }
    }
}
