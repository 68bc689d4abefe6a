package dev.sluice.cost;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the cost topic still has of all that was ever written to it. Kafka deletes from the beginning of each partition, so a
 * charge can be missing only if it was written before the first record that a shortened partition still has.
 *
 * @param topic its name
 * @param shortened partitions that have lost their beginning
 */
public record Retained(String topic, List<Partition> shortened) {
    public Retained {
        shortened = List.copyOf(shortened);
    }

    /**
     * A partition that has lost its beginning.
     *
     * @param firstOffset of what is left
     * @param since when the first record was written that is left; where nothing is, when that was found
     * @param empty whether nothing is left
     */
    public record Partition(int number, long firstOffset, Instant since, boolean empty) {}

    /** All of a topic that nothing was deleted from. */
    public static Retained everything(String topic) {
        return new Retained(topic, List.of());
    }

    /** The time from which on every charge is known. Empty if all that were ever written are. */
    public Optional<Instant> since() {
        return shortened.stream().map(Partition::since).max(Instant::compareTo);
    }

    /** Whether every charge is known whose period starts at this moment or later. */
    public boolean covers(Instant from) {
        return since().filter(from::isBefore).isEmpty();
    }

    /** A sentence on what is missing of a period that begins then, or on what the topic has at all; empty where it has everything. */
    public Optional<String> note(Instant from) {
        return since().map(moment -> covers(from)
                ? "Every charge since " + moment + " is known; of earlier ones some are deleted."
                : "Charges before " + moment + " are NOT all known, and missing in the sums: " + partitions() + " of "
                        + topic + " lost their first records to retention.");
    }

    private String partitions() {
        return (shortened.size() == 1 ? "partition " : "partitions ")
                + shortened.stream()
                        .map(partition -> String.valueOf(partition.number()))
                        .collect(Collectors.joining(", "));
    }
}
