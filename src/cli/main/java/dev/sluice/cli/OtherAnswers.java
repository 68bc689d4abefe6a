package dev.sluice.cli;

import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.wire.AvroDeserializer;
import dev.sluice.wire.CloudEvent;
import dev.sluice.wire.ContentHash;
import dev.sluice.wire.TopicReader;
import dev.sluice.wire.UndecodableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.Deserializer;

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

    private final TopicReader topics;
    private final Map<String, Deserializer<? extends SpecificRecord>> outcomes;

    /** Content hashes by request id. */
    private final Map<String, String> contentHashes;

    /** Where looking back ends. */
    private final Map<TopicPartition, Long> ends;

    private boolean lookedBack;

    /**
     * Takes its places in the topics.
     *
     * @param mayBeOld requests whose ids may have been used before; without any, nothing is looked back at
     */
    OtherAnswers(Addresses addresses, List<GenerationRequested> mayBeOld) {
        Instant now = Instant.now();
        contentHashes = mayBeOld.stream()
                .collect(Collectors.toMap(GenerationRequested::getRequestId, ContentHash::of, (one, same) -> one));
        Map<String, Object> properties = addresses.clientProperties();
        outcomes = Map.of(
                addresses.topics().completions(), reader(GenerationCompleted.class, properties),
                addresses.topics().failures(), reader(GenerationFailed.class, properties));
        String deadLetters = addresses.topics().deadLetters();
        topics = TopicReader.open(properties, mayBeOld.isEmpty() ? List.of() : outcomes.keySet(), List.of(deadLetters));
        topics.seekToEnd(topics.partitionsOf(deadLetters));
        Set<TopicPartition> old = new HashSet<>(topics.partitions());
        old.removeAll(topics.partitionsOf(deadLetters));
        topics.seekTo(now.minus(REMEMBERED), old);
        ends = topics.decidedEnds();
        ends.keySet().retainAll(old);
        lookedBack = topics.isAt(ends);
    }

    /** Whether all that was there when this was made has been read. */
    boolean hasLookedBack() {
        return lookedBack;
    }

    /** The answers that have come, waiting for at most this long if none have. */
    List<Answer> poll(Duration patience) {
        List<Answer> answers = new ArrayList<>();
        if (topics.partitions().isEmpty()) {
            return answers;
        }
        for (ConsumerRecord<byte[], byte[]> record : topics.poll(patience)) {
            Deserializer<? extends SpecificRecord> reader = outcomes.get(record.topic());
            String key = TopicReader.key(record);
            if (key == null) {
                continue;
            }
            if (reader == null) {
                answers.add(new Answer.DeadLetter(key, reason(record)));
            } else if (record.value() != null) {
                Optional.ofNullable(contentHashes.get(key))
                        .ifPresent(hash -> earlier(key, record, reader, hash, answers));
            }
        }
        lookedBack |= topics.isAt(ends);
        return answers;
    }

    @Override
    public void close() {
        topics.close();
        outcomes.values().forEach(Deserializer::close);
    }

    private static void earlier(
            String key,
            ConsumerRecord<byte[], byte[]> record,
            Deserializer<? extends SpecificRecord> reader,
            String contentHash,
            List<Answer> answers) {
        try {
            SpecificRecord outcome = reader.deserialize(record.topic(), record.value());
            Header id = record.headers().lastHeader("ce_id");
            if (id != null && answers(outcome, contentHash).equals(new String(id.value(), StandardCharsets.UTF_8))) {
                answers.add(new Answer.Earlier(key, outcome, Instant.ofEpochMilli(record.timestamp())));
            }
        } catch (UndecodableException e) {
            // A record of another writer; it is no outcome.
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

    private static String reason(ConsumerRecord<byte[], byte[]> record) {
        Header reason = record.headers().lastHeader(REASON);
        return reason == null || reason.value() == null
                ? "no reason given"
                : new String(reason.value(), StandardCharsets.UTF_8);
    }

    private static <T extends SpecificRecord> Deserializer<T> reader(Class<T> type, Map<String, Object> properties) {
        AvroDeserializer<T> reader = new AvroDeserializer<>(type);
        reader.configure(properties, false);
        return reader;
    }
}
