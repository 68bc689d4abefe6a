package dev.sluice.deadletter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the dead letter topic, committed records alone, without a group, up to the end that it had when the reading began.
 * Transactions that are open before that end are waited for, since one of them may say that a letter was sent back. Confined
 * to one thread.
 */
public final class DeadLetterTopic implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** A letter may have most of a MiB; no more than a few are held at a time. */
    private static final int FETCH_BYTES = 8 << 20;

    private final Map<String, Object> properties;
    private final String topic;
    /** Of the single records, one after the other; made when the first is asked for. */
    private @Nullable KafkaConsumer<byte[], byte[]> single;

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
     * Reads all there is.
     *
     * @throws KafkaException if the topic doesn't exist, or can't be read to its end within a minute
     */
    public Contents read() {
        List<Letter> letters = new ArrayList<>();
        Set<LetterId> resent = new HashSet<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            List<TopicPartition> partitions = partitions(consumer);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            readTo(
                    consumer,
                    ends(partitions),
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
            single = consumer();
        }
        KafkaConsumer<byte[], byte[]> consumer = single;
        TopicPartition partition = new TopicPartition(topic, id.partition());
        if (!partitions(consumer).contains(partition)) {
            return Optional.empty();
        }
        consumer.assign(List.of(partition));
        long first = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
        long decided = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        if (id.offset() < first || id.offset() >= decided) {
            return Optional.empty();
        }
        consumer.seek(partition, id.offset());
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        readTo(consumer, new HashMap<>(Map.of(partition, id.offset() + 1)), found::add);
        return found.stream().findFirst();
    }

    @Override
    public void close() {
        if (single != null) {
            single.close();
        }
    }

    /** @param ends emptied as they are reached */
    private void readTo(
            KafkaConsumer<byte[], byte[]> consumer,
            Map<TopicPartition, Long> ends,
            Consumer<ConsumerRecord<byte[], byte[]>> each) {
        long progress = System.nanoTime();
        ends.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
        while (!ends.isEmpty()) {
            var records = consumer.poll(POLL);
            for (ConsumerRecord<byte[], byte[]> record : records) {
                Long end = ends.get(new TopicPartition(record.topic(), record.partition()));
                if (end != null && record.offset() < end) {
                    each.accept(record);
                }
            }
            boolean further = ends.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
            if (further || !records.isEmpty()) {
                progress = System.nanoTime();
            } else if (System.nanoTime() - progress > PATIENCE.toNanos()) {
                throw new KafkaException(topic + " can't be read to its end, as of " + ends
                        + "; a transaction may be open before it (kafka-transactions.sh find-hanging)");
            }
        }
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        Map<String, Object> settings = new HashMap<>(properties);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
        settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer) {
        List<PartitionInfo> found = Objects.requireNonNullElse(consumer.partitionsFor(topic), List.of());
        if (found.isEmpty()) {
            throw new KafkaException("there is no topic " + topic);
        }
        return found.stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
    }

    /** Where each partition ends, open transactions included. */
    private Map<TopicPartition, Long> ends(List<TopicPartition> partitions) {
        try (Admin admin = Admin.create(properties)) {
            Map<TopicPartition, Long> ends = new HashMap<>();
            admin.listOffsets(
                            partitions.stream()
                                    .collect(
                                            Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest())),
                            new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED))
                    .all()
                    .get()
                    .forEach((partition, end) -> ends.put(partition, end.offset()));
            return ends;
        } catch (ExecutionException e) {
            throw new KafkaException("the ends of " + topic + " can't be read", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted", e);
        }
    }
}
