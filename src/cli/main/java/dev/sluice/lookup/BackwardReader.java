package dev.sluice.lookup;

import dev.sluice.wire.TopicReader;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads a topic in windows, the newest first: what is committed when this is made, each record once. Confined to one thread.
 */
final class BackwardReader implements AutoCloseable {
    private final TopicReader topic;

    /** Where what was read begins. */
    private final Map<TopicPartition, Long> read;

    /**
     * Nothing is read yet.
     *
     * @throws org.apache.kafka.common.KafkaException if the topic doesn't exist, or may not be read
     */
    BackwardReader(Map<String, Object> properties, String name) {
        topic = TopicReader.open(properties, name);
        read = new HashMap<>(topic.decidedEnds());
    }

    /**
     * Hands over the records that are younger than that and were not handed over before.
     *
     * @return whether all of it was
     */
    boolean readBackTo(Instant from, Consumer<ConsumerRecord<byte[], byte[]>> each, BooleanSupplier goesOn) {
        Map<TopicPartition, Long> starts = starts(from);
        topic.seek(starts);
        boolean whole = topic.readTo(read, each, goesOn);
        read.putAll(starts);
        return whole;
    }

    /** Skips the records that are younger. */
    void skipBackTo(Instant to) {
        read.putAll(starts(to));
    }

    /** The time from which on all records are there, by their workers' clocks. Empty if none were deleted. */
    Optional<Instant> shortenedUntil() {
        Instant now = Instant.now();
        return topic.shortened().stream()
                .map(partition -> partition.first().orElse(now))
                .max(Comparator.naturalOrder());
    }

    @Override
    public void close() {
        topic.close();
    }

    private Map<TopicPartition, Long> starts(Instant from) {
        Map<TopicPartition, Long> starts =
                new HashMap<>(from.equals(Instant.EPOCH) ? topic.beginnings() : topic.offsetsSince(from));
        // None, because no record is that young. A record's time may also be older than that of one before it.
        read.forEach((partition, begun) -> starts.merge(partition, begun, Math::min));
        return starts;
    }
}
