package dev.sluice.wire;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads all partitions of some topics: committed records alone, without a group, each partition in its order. {@link #readTo}
 * reads up to ends that are settled beforehand, for a report; {@link #poll} reads on, for somebody who watches. Seek before
 * either.
 *
 * <p>Confined to one thread, but for {@link #wakeup}.
 */
public final class TopicReader implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** A record may have most of a MiB; no more than a few are held at a time. */
    private static final int FETCH_BYTES = 8 << 20;

    private final Map<String, Object> properties;
    private final Consumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;
    private final Duration patience;

    TopicReader(
            Map<String, Object> properties,
            Consumer<byte[], byte[]> consumer,
            List<TopicPartition> partitions,
            Duration patience) {
        this.properties = properties;
        this.consumer = consumer;
        this.partitions = List.copyOf(partitions);
        this.patience = patience;
        consumer.assign(partitions);
    }

    /**
     * A reader of one topic, which waits a minute for the next record below an end.
     *
     * @param properties of a Kafka client; those of a reader, such as {@code max.poll.records}, among them
     * @throws MissingTopicException if the topic doesn't exist
     * @throws KafkaException if nobody tells
     */
    public static TopicReader open(Map<String, Object> properties, String topic) {
        return open(properties, List.of(topic), PATIENCE);
    }

    /**
     * A reader of some topics.
     *
     * @param patience how long {@link #readTo} waits for the next record, and so for an open transaction's end
     * @throws MissingTopicException if one of the topics doesn't exist
     * @throws KafkaException if nobody tells
     */
    public static TopicReader open(Map<String, Object> properties, Collection<String> topics, Duration patience) {
        return open(properties, topics, List.of(), patience);
    }

    /**
     * A reader that does without some topics, where they don't exist or may not be read.
     *
     * @param ifReadable those topics
     * @throws MissingTopicException if one of the others doesn't exist
     * @throws KafkaException if nobody tells
     */
    public static TopicReader open(
            Map<String, Object> properties, Collection<String> topics, Collection<String> ifReadable) {
        return open(properties, topics, ifReadable, PATIENCE);
    }

    private static TopicReader open(
            Map<String, Object> properties,
            Collection<String> topics,
            Collection<String> ifReadable,
            Duration patience) {
        Map<String, Object> settings = settings(properties);
        Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        try {
            List<TopicPartition> all = new ArrayList<>();
            for (String topic : topics) {
                List<TopicPartition> found = partitions(consumer, topic);
                if (found.isEmpty()) {
                    throw new MissingTopicException(topic);
                }
                all.addAll(found);
            }
            for (String topic : ifReadable) {
                try {
                    all.addAll(partitions(consumer, topic));
                } catch (AuthorizationException e) {
                    // Done without.
                }
            }
            return new TopicReader(settings, consumer, all, patience);
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
    }

    private static Map<String, Object> settings(Map<String, Object> properties) {
        Map<String, Object> settings = new HashMap<>(properties);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        settings.putIfAbsent(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
        settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
        // Records that are deleted while a topic is read must not make the rest be skipped.
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        return settings;
    }

    private static List<TopicPartition> partitions(Consumer<byte[], byte[]> consumer, String topic) {
        return Objects.requireNonNullElse(consumer.partitionsFor(topic), List.<PartitionInfo>of()).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
    }

    /** A topic that is to be read does not exist. */
    public static final class MissingTopicException extends KafkaException {
        private MissingTopicException(String topic) {
            super("there is no topic " + topic);
        }
    }

    /** A record's key as text, as Sluice's own topics have it. */
    public static @Nullable String key(ConsumerRecord<byte[], byte[]> record) {
        return record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8);
    }

    /** All partitions that it reads. */
    public List<TopicPartition> partitions() {
        return partitions;
    }

    public List<TopicPartition> partitionsOf(String topic) {
        return partitions.stream()
                .filter(partition -> partition.topic().equals(topic))
                .toList();
    }

    /** Where each partition begins by now. */
    public Map<TopicPartition, Long> beginnings() {
        return consumer.beginningOffsets(partitions);
    }

    /**
     * Where each partition's first open transaction begins; its end where none is open.
     *
     * @return a map of the caller's own
     */
    public Map<TopicPartition, Long> decidedEnds() {
        return new HashMap<>(consumer.endOffsets(partitions));
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
            throw new KafkaException("the ends of " + topics() + " can't be read", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted", e);
        }
    }

    /**
     * The first decided record of each partition that is at least as young as that, by the records' own times. Partitions
     * without one have no entry.
     *
     * @return a map of the caller's own
     */
    public Map<TopicPartition, Long> offsetsSince(Instant moment) {
        return offsetsSince(moment, partitions);
    }

    private Map<TopicPartition, Long> offsetsSince(Instant moment, Collection<TopicPartition> among) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        found(moment, among).forEach((partition, record) -> offsets.put(partition, record.offset()));
        return offsets;
    }

    private Map<TopicPartition, OffsetAndTimestamp> found(Instant moment, Collection<TopicPartition> among) {
        Map<TopicPartition, Long> times = new HashMap<>();
        among.forEach(partition -> times.put(partition, moment.toEpochMilli()));
        Map<TopicPartition, OffsetAndTimestamp> found = new HashMap<>();
        consumer.offsetsForTimes(times).forEach((partition, record) -> {
            if (record != null) {
                found.put(partition, record);
            }
        });
        return found;
    }

    /**
     * A partition whose first records were deleted.
     *
     * @param beginning offset of what is left
     * @param first time of the first record that is left; empty where none is
     */
    public record Shortened(TopicPartition partition, long beginning, Optional<Instant> first) {}

    /** The partitions that lack their first records by now, in their order. */
    public List<Shortened> shortened() {
        Map<TopicPartition, Long> shortened = new HashMap<>(beginnings());
        shortened.values().removeIf(first -> first == 0);
        Map<TopicPartition, OffsetAndTimestamp> first = found(Instant.EPOCH, shortened.keySet());
        return shortened.entrySet().stream()
                .map(entry -> new Shortened(
                        entry.getKey(),
                        entry.getValue(),
                        Optional.ofNullable(first.get(entry.getKey()))
                                .map(record -> Instant.ofEpochMilli(record.timestamp()))))
                .sorted(Comparator.comparing(
                                (Shortened each) -> each.partition().topic())
                        .thenComparingInt(each -> each.partition().partition()))
                .toList();
    }

    public void seekToBeginning() {
        consumer.seekToBeginning(partitions);
    }

    /** Reads only what is written from now on. */
    public void seekToEnd() {
        seekToEnd(partitions);
    }

    /** The same, in these partitions alone. */
    public void seekToEnd(Collection<TopicPartition> among) {
        consumer.seekToEnd(among);
        // seekToEnd is lazy; asking for the position is what fixes it.
        among.forEach(consumer::position);
    }

    public void seek(Map<TopicPartition, Long> positions) {
        positions.forEach(consumer::seek);
    }

    /**
     * Goes to the first record of each partition that is at least as young as that, or to where its first open
     * transaction begins. So every record that is decided later is read.
     *
     * @return the positions
     */
    public Map<TopicPartition, Long> seekTo(Instant moment) {
        return seekTo(moment, partitions);
    }

    /** The same, in these partitions alone. */
    public Map<TopicPartition, Long> seekTo(Instant moment, Collection<TopicPartition> among) {
        // Asked first: what is decided between the two is younger than the moment, or no later than where this begins.
        Map<TopicPartition, Long> positions = new HashMap<>(consumer.endOffsets(among));
        positions.putAll(offsetsSince(moment, among));
        seek(positions);
        return positions;
    }

    /** Whether all below these ends has been read. */
    public boolean isAt(Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(this::isReached);
    }

    private boolean isReached(Map.Entry<TopicPartition, Long> end) {
        return consumer.position(end.getKey()) >= end.getValue();
    }

    /** The next committed records, waiting for at most this long if there are none. */
    public ConsumerRecords<byte[], byte[]> poll(Duration longest) {
        return consumer.poll(longest);
    }

    /**
     * Hands over every committed record between the positions and these ends.
     *
     * @throws KafkaException if nothing goes on for as long as the patience
     */
    public void readTo(
            Map<TopicPartition, Long> ends, java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> each) {
        readTo(ends, each, () -> true);
    }

    /**
     * The same, as long as {@code goesOn}, which is asked a few times a second.
     *
     * @return whether all was handed over
     * @throws KafkaException as above
     */
    public boolean readTo(
            Map<TopicPartition, Long> ends,
            java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> each,
            BooleanSupplier goesOn) {
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
            } else if (System.nanoTime() - progress > patience.toNanos()) {
                throw new KafkaException(topics() + " can't be read to the end, as of " + left
                        + "; a transaction may be open before it (kafka-transactions.sh find-hanging)");
            }
        }
        return true;
    }

    /**
     * Reads one record. The positions of the other partitions stay.
     *
     * @return empty where there is none, or what is there was never committed
     * @throws KafkaException as above
     */
    public Optional<ConsumerRecord<byte[], byte[]>> record(TopicPartition partition, long offset) {
        if (!partitions.contains(partition)) {
            return Optional.empty();
        }
        Set<TopicPartition> one = Set.of(partition);
        long first = consumer.beginningOffsets(one).getOrDefault(partition, 0L);
        long decided = consumer.endOffsets(one).getOrDefault(partition, 0L);
        if (offset < first || offset >= decided) {
            return Optional.empty();
        }
        Set<TopicPartition> others = new HashSet<>(partitions);
        others.remove(partition);
        consumer.pause(others);
        try {
            consumer.seek(partition, offset);
            List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
            readTo(Map.of(partition, offset + 1), found::add);
            return found.stream().findFirst();
        } finally {
            consumer.resume(others);
        }
    }

    /** Ends a {@link #poll} with a {@code WakeupException}: the one under way, or the next. Any thread may call. */
    public void wakeup() {
        consumer.wakeup();
    }

    private String topics() {
        return partitions.stream().map(TopicPartition::topic).distinct().collect(Collectors.joining(", "));
    }

    @Override
    public void close() {
        consumer.close();
    }
}
