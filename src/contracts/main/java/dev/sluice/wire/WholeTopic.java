package dev.sluice.wire;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * All partitions of a topic, read for a report: committed records alone, without a group, up to the end that the topic had
 * when it was asked. Transactions that are open before that end are waited for. Confined to one thread.
 */
public final class WholeTopic implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** A record may have most of a MiB; no more than a few are held at a time. */
    private static final int FETCH_BYTES = 8 << 20;

    private final Map<String, Object> properties;
    private final String topic;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;

    private WholeTopic(Map<String, Object> properties, String topic, KafkaConsumer<byte[], byte[]> consumer) {
        this.properties = properties;
        this.topic = topic;
        this.consumer = consumer;
        partitions = Objects.requireNonNullElse(consumer.partitionsFor(topic), List.<PartitionInfo>of()).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
    }

    /**
     * The topic, with all partitions assigned and no position yet.
     *
     * @param properties of a Kafka client
     * @throws KafkaException if the topic doesn't exist, or nobody tells
     */
    public static WholeTopic open(Map<String, Object> properties, String topic) {
        Map<String, Object> settings = new HashMap<>(properties);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
        settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
        // What is deleted while it is read must not make the rest be skipped.
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        try {
            WholeTopic whole = new WholeTopic(settings, topic, consumer);
            if (whole.partitions.isEmpty()) {
                throw new KafkaException("there is no topic " + topic);
            }
            consumer.assign(whole.partitions);
            return whole;
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
    }

    /** What reads; a caller may ask it for offsets, and set where the reading begins. */
    public KafkaConsumer<byte[], byte[]> consumer() {
        return consumer;
    }

    public List<TopicPartition> partitions() {
        return partitions;
    }

    /**
     * Where each partition ends, transactions included that are still open.
     *
     * @return a map of the caller's own
     */
    public Map<TopicPartition, Long> ends() {
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

    /**
     * Hands over every committed record between the positions and these ends.
     *
     * @throws KafkaException if nothing goes on for a minute
     */
    public void readTo(Map<TopicPartition, Long> ends, Consumer<ConsumerRecord<byte[], byte[]>> each) {
        readTo(ends, each, () -> true);
    }

    /**
     * Likewise, as long as {@code goesOn}, which is asked a few times a second.
     *
     * @return whether all was handed over
     * @throws KafkaException as above
     */
    public boolean readTo(
            Map<TopicPartition, Long> ends, Consumer<ConsumerRecord<byte[], byte[]>> each, BooleanSupplier goesOn) {
        Map<TopicPartition, Long> left = new HashMap<>(ends);
        long progress = System.nanoTime();
        left.entrySet().removeIf(this::isReached);
        while (!left.isEmpty()) {
            if (!goesOn.getAsBoolean()) {
                return false;
            }
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            for (ConsumerRecord<byte[], byte[]> record : records) {
                Long end = left.get(new TopicPartition(record.topic(), record.partition()));
                if (end != null && record.offset() < end) {
                    each.accept(record);
                }
            }
            boolean further = left.entrySet().removeIf(this::isReached);
            if (further || !records.isEmpty()) {
                progress = System.nanoTime();
            } else if (System.nanoTime() - progress > PATIENCE.toNanos()) {
                throw new KafkaException(topic + " can't be read to its end, as of " + left
                        + "; a transaction may be open before it (kafka-transactions.sh find-hanging)");
            }
        }
        return true;
    }

    private boolean isReached(Map.Entry<TopicPartition, Long> end) {
        return consumer.position(end.getKey()) >= end.getValue();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
