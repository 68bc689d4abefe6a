package dev.sluice.cli;

import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.wire.AvroDeserializer;
import dev.sluice.wire.CloudEvent;
import dev.sluice.wire.ContentHash;
import dev.sluice.wire.UndecodableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * What answers a request besides an outcome that is still to come: one that the same request had before, and a dead letter. Looks
 * back as far as a worker remembers a settled id by default, and reads dead letters from when this is made; without the right
 * to read those, it does without. Used by one thread.
 */
final class OtherAnswers implements AutoCloseable {
    /** {@code settle.retention}'s default. What is older is made anew. */
    private static final Duration REMEMBERED = Duration.ofHours(24);

    private static final String REASON = "__streams.errors.message";

    /** An answer to a request. */
    sealed interface Answer {
        /** The same request, with the same content, already had this outcome. {@code at} is its record's time. */
        record Earlier(String requestId, SpecificRecord outcome, Instant at) implements Answer {}

        /** The record could not be answered; Kafka Streams' words for why. */
        record DeadLetter(String requestId, String reason) implements Answer {}
    }

    private final Consumer<String, byte[]> consumer;
    private final Map<String, Deserializer<? extends SpecificRecord>> outcomes;

    /** Content hashes by request id. */
    private final Map<String, String> contentHashes;

    /** Where looking back ends, for partitions where it goes on. */
    private final Map<TopicPartition, Long> ends = new HashMap<>();

    /**
     * Takes its places in the topics.
     *
     * @param mayBeOld requests whose ids may have been used before; without any, nothing is looked back at
     */
    OtherAnswers(Addresses addresses, List<GenerationRequested> mayBeOld) {
        this(addresses, mayBeOld, consumer(addresses), Instant.now());
    }

    private OtherAnswers(
            Addresses addresses, List<GenerationRequested> mayBeOld, Consumer<String, byte[]> consumer, Instant now) {
        this.consumer = consumer;
        contentHashes = mayBeOld.stream()
                .collect(Collectors.toMap(GenerationRequested::getRequestId, ContentHash::of, (one, same) -> one));
        Map<String, Object> properties = addresses.clientProperties();
        outcomes = Map.of(
                addresses.topics().completions(), reader(GenerationCompleted.class, properties),
                addresses.topics().failures(), reader(GenerationFailed.class, properties));
        List<TopicPartition> deadLetters = deadLetters(addresses.topics().deadLetters());
        List<TopicPartition> old = mayBeOld.isEmpty()
                ? List.of()
                : outcomes.keySet().stream()
                        .flatMap(topic -> partitions(topic).stream())
                        .toList();
        List<TopicPartition> all = new ArrayList<>(deadLetters);
        all.addAll(old);
        consumer.assign(all);
        consumer.seekToEnd(deadLetters);
        // seekToEnd is lazy; asking for the position is what fixes it.
        deadLetters.forEach(consumer::position);
        lookBack(old, now.minus(REMEMBERED));
    }

    /** Whether all that was there when this was made has been read. */
    boolean hasLookedBack() {
        return ends.isEmpty();
    }

    /** The answers that have come, waiting for at most this long if none have. */
    List<Answer> poll(Duration patience) {
        List<Answer> answers = new ArrayList<>();
        if (consumer.assignment().isEmpty()) {
            return answers;
        }
        for (ConsumerRecord<String, byte[]> record : consumer.poll(patience)) {
            Deserializer<? extends SpecificRecord> reader = outcomes.get(record.topic());
            if (reader == null && record.key() != null) {
                answers.add(new Answer.DeadLetter(record.key(), reason(record)));
            } else if (reader != null && record.value() != null) {
                Optional.ofNullable(contentHashes.get(record.key()))
                        .ifPresent(hash -> earlier(record, reader, hash, answers));
            }
        }
        ends.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
        return answers;
    }

    @Override
    public void close() {
        consumer.close();
        outcomes.values().forEach(Deserializer::close);
    }

    private void lookBack(List<TopicPartition> partitions, Instant since) {
        if (partitions.isEmpty()) {
            return;
        }
        Map<TopicPartition, Long> times = new HashMap<>();
        partitions.forEach(partition -> times.put(partition, since.toEpochMilli()));
        consumer.endOffsets(partitions).forEach(ends::put);
        consumer.offsetsForTimes(times).forEach((partition, offset) -> {
            // None, because no record is that young.
            consumer.seek(partition, offset == null ? ends.getOrDefault(partition, 0L) : offset.offset());
        });
        ends.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    private static void earlier(
            ConsumerRecord<String, byte[]> record,
            Deserializer<? extends SpecificRecord> reader,
            String contentHash,
            List<Answer> answers) {
        try {
            SpecificRecord outcome = reader.deserialize(record.topic(), record.value());
            Header id = record.headers().lastHeader("ce_id");
            if (id != null && answers(outcome, contentHash).equals(new String(id.value(), StandardCharsets.UTF_8))) {
                answers.add(new Answer.Earlier(record.key(), outcome, Instant.ofEpochMilli(record.timestamp())));
            }
        } catch (UndecodableException e) {
            // Somebody else's record in the topic; it is no outcome.
        }
    }

    /** The id of an outcome that answers a request of this content. */
    private static String answers(SpecificRecord outcome, String contentHash) {
        return switch (outcome) {
            case GenerationCompleted completed ->
                CloudEvent.of(completed, contentHash).id();
            case GenerationFailed failed -> CloudEvent.of(failed, contentHash).id();
            default -> "";
        };
    }

    private static String reason(ConsumerRecord<String, byte[]> record) {
        Header reason = record.headers().lastHeader(REASON);
        return reason == null || reason.value() == null
                ? "no reason given"
                : new String(reason.value(), StandardCharsets.UTF_8);
    }

    private List<TopicPartition> deadLetters(String topic) {
        try {
            return partitions(topic);
        } catch (AuthorizationException e) {
            return List.of();
        }
    }

    private List<TopicPartition> partitions(String topic) {
        return Objects.requireNonNullElse(consumer.partitionsFor(topic), List.<PartitionInfo>of()).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
    }

    private static Consumer<String, byte[]> consumer(Addresses addresses) {
        Map<String, Object> properties = addresses.clientProperties();
        properties.put("isolation.level", "read_committed");
        properties.put("enable.auto.commit", "false");
        properties.put("allow.auto.create.topics", "false");
        return new KafkaConsumer<>(properties, new StringDeserializer(), new ByteArrayDeserializer());
    }

    private static <T extends SpecificRecord> Deserializer<T> reader(Class<T> type, Map<String, Object> properties) {
        AvroDeserializer<T> reader = new AvroDeserializer<>(type);
        reader.configure(properties, false);
        return reader;
    }
}
