package dev.sluice.lookup;

import dev.sluice.wire.WholeTopic;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads a topic in windows, the newest first: what is committed when this is made, each record once. Confined to one thread.
 */
final class BackwardReader implements AutoCloseable {
    private final WholeTopic topic;

    /** Where what was read begins. */
    private final Map<TopicPartition, Long> read;

    /**
     * Nothing is read yet.
     *
     * @throws org.apache.kafka.common.KafkaException if the topic doesn't exist, or may not be read
     */
    BackwardReader(Map<String, Object> properties, String name) {
        topic = WholeTopic.open(properties, name);
        read = new HashMap<>(topic.consumer().endOffsets(topic.partitions()));
    }

    /**
     * Hands over the records that are younger than that and were not handed over before.
     *
     * @return whether all of it was
     */
    boolean readBackTo(Instant from, Consumer<ConsumerRecord<byte[], byte[]>> each, BooleanSupplier goesOn) {
        Map<TopicPartition, Long> starts = starts(from);
        starts.forEach(topic.consumer()::seek);
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
        Map<TopicPartition, Long> shortened = new HashMap<>();
        topic.consumer().beginningOffsets(topic.partitions()).forEach((partition, first) -> {
            if (first > 0) {
                shortened.put(partition, 0L);
            }
        });
        Map<TopicPartition, OffsetAndTimestamp> left = topic.consumer().offsetsForTimes(shortened);
        return shortened.keySet().stream()
                .flatMap(partition -> Stream.of(Optional.ofNullable(left.get(partition))
                        .map(record -> Instant.ofEpochMilli(record.timestamp()))
                        .orElse(now)))
                .max(Comparator.naturalOrder());
    }

    @Override
    public void close() {
        topic.close();
    }

    private Map<TopicPartition, Long> starts(Instant from) {
        Map<TopicPartition, Long> starts = new HashMap<>();
        if (from.equals(Instant.EPOCH)) {
            starts.putAll(topic.consumer().beginningOffsets(topic.partitions()));
        } else {
            Map<TopicPartition, Long> times = new HashMap<>();
            topic.partitions().forEach(partition -> times.put(partition, from.toEpochMilli()));
            topic.consumer().offsetsForTimes(times).forEach((partition, first) -> {
                if (first != null) {
                    starts.put(partition, first.offset());
                }
            });
        }
        // None, because no record is that young. A record's time may also be older than that of one before it.
        read.forEach((partition, begun) -> starts.merge(partition, begun, Math::min));
        return starts;
    }
}
