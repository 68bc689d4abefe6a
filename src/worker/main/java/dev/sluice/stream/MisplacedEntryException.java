package dev.sluice.stream;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.streams.errors.ProcessorStateException;

/**
 * A request store has an entry whose id is at home on another partition. Either the local store is from before partitions were
 * added, and a new one is restored from Kafka; or the changelog itself is so, and {@code sluice partitions} mends it.
 */
final class MisplacedEntryException extends ProcessorStateException {
    private static final long serialVersionUID = 1L;

    private MisplacedEntryException(int partition, int home, int partitions) {
        super("the request store of partition " + partition + " has an entry whose id is at home on partition " + home
                + " of "
                + partitions
                + ". If the next start says so too, partitions were added to the changelogs by other means:"
                + " stop all workers, run ./sluice partitions --to " + partitions + ", and start them again");
    }

    static void require(String id, int partition, int partitions) {
        int home = HomePartition.of(id.getBytes(StandardCharsets.UTF_8), partitions);
        if (home != partition) {
            throw new MisplacedEntryException(partition, home, partitions);
        }
    }
}
