package dev.sluice.deadletter;

import dev.sluice.wire.TopicReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads the dead letter topic, committed records alone, without a group, up to the end that it had when the reading began.
 * Transactions that are open before that end are waited for, since one of them may say that a letter was sent back. Confined
 * to one thread.
 */
public final class DeadLetterTopic implements AutoCloseable {
    private final Map<String, Object> properties;
    private final String topic;
    /** Reads single records, one after the other. Made when the first is asked for. */
    private @Nullable TopicReader single;

    /** @param properties of a Kafka client */
    public DeadLetterTopic(Map<String, Object> properties, String topic) {
        this.properties = new HashMap<>(properties);
        this.topic = topic;
    }

    /**
     * All letters that the topic has.
     *
     * @param letters in {@link Letter#ORDER}
     * @param resent those of them that were sent back
     */
    public record Contents(List<Letter> letters, Set<LetterId> resent) {
        public Contents {
            letters = List.copyOf(letters);
            resent = Set.copyOf(resent);
        }
    }

    /**
     * Reads all letters.
     *
     * @throws KafkaException if the topic doesn't exist, or can't be read to its end within a minute
     */
    public Contents read() {
        List<Letter> letters = new ArrayList<>();
        Set<LetterId> resent = new HashSet<>();
        try (TopicReader whole = TopicReader.open(properties, topic)) {
            whole.seekToBeginning();
            whole.readTo(
                    whole.ends(),
                    record -> Letter.resent(record.headers())
                            .ifPresentOrElse(
                                    letter -> resent.add(LetterId.parse(letter)),
                                    () -> letters.add(Letter.of(record))));
        }
        letters.sort(Letter.ORDER);
        return new Contents(letters, resent);
    }

    /**
     * Reads one record.
     *
     * @return empty where there is none, or what is there was never committed
     * @throws KafkaException as above
     */
    public Optional<ConsumerRecord<byte[], byte[]>> record(LetterId id) {
        if (single == null) {
            single = TopicReader.open(properties, topic);
        }
        return single.record(new TopicPartition(topic, id.partition()), id.offset());
    }

    @Override
    public void close() {
        if (single != null) {
            single.close();
        }
    }
}
