package dev.sluice.stream;

import dev.sluice.events.v1.CostIncurred;
import dev.sluice.request.DeviceUsage;
import dev.sluice.request.PerNetwork;
import dev.sluice.wire.AvroConfig;
import dev.sluice.wire.AvroDeserializer;
import dev.sluice.wire.CloudEvent;
import dev.sluice.wire.UnansweredSchemaException;
import dev.sluice.wire.UnknownSchemaException;
import java.time.Duration;
import java.time.Instant;
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
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Adds up what the cost topic charges for the device time of some processes. Reads only committed records, up to the
 * topic's end when the sum was begun. If a transaction is still open before that end, it waits for it, since it may be
 * a dead process's own. Confined to one thread.
 */
final class CommittedCharges {
    /** Records carry their worker's clock, which may have been set back in the meantime. */
    private static final Duration CLOCK_MARGIN = Duration.ofDays(1);

    private static final Duration POLL = Duration.ofMillis(200);
    private static final int RECORDS_PER_POLL = 2000;
    private static final String CLIENT_ID = "sluice-lost-device-time";

    private final Map<String, Object> properties;
    private final String topic;
    private final BooleanSupplier stop;

    /** @param stop asked now and then whether to give up */
    CommittedCharges(StreamSettings settings, BooleanSupplier stop) {
        properties = StreamWorker.config(settings);
        // The limit is for requests. A charge has its request's tags and more, and would be charged again if passed
        // over.
        properties.put(AvroConfig.MAX_MESSAGE_BYTES, Integer.MAX_VALUE);
        topic = settings.topics().costs();
        this.stop = stop;
    }

    /**
     * A sum by process.
     *
     * @param charged what is charged; no entry where nothing is
     * @param unread records that say of themselves that they are charges of a worker of these processes, and of which the
     *     registry doesn't know the schemas: what is charged may be more
     * @param completeSince the topic still has all that was written since; older records may be deleted
     */
    record Sum(Map<String, DeviceUsage> charged, int unread, Instant completeSince) {}

    /**
     * Adds up.
     *
     * @param since when the first of the processes started
     * @throws KafkaException if the topic can't be read now
     */
    Sum of(Set<String> processes, Instant since, Instant now) throws InterruptedException {
        StreamsConfig config = new StreamsConfig(properties);
        try (Admin admin = Admin.create(config.getAdminConfigs(CLIENT_ID));
                Consumer<byte[], byte[]> consumer = consumer(config);
                AvroDeserializer<CostIncurred> deserializer = new AvroDeserializer<>(CostIncurred.class)) {
            // A registry that knows an id late is waited for: a charge that was passed over would be made again.
            deserializer.configure(properties, false);
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            if (partitions.isEmpty()) {
                throw new KafkaException("no partitions of " + topic);
            }
            Map<TopicPartition, Long> ends = offsets(admin, partitions, OffsetSpec.latest());
            Set<TopicPartition> shortened = seek(admin, consumer, partitions, ends, since);
            Map<String, DeviceUsage> charged = new HashMap<>();
            Map<TopicPartition, Instant> first = new HashMap<>();
            Set<String> workers =
                    processes.stream().map(CommittedCharges::worker).collect(Collectors.toSet());
            int unread = 0;
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < offset(ends, partition))) {
                if (stop.getAsBoolean()) {
                    throw new InterruptedException("told to stop");
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    TopicPartition partition = new TopicPartition(topic, record.partition());
                    first.putIfAbsent(partition, Instant.ofEpochMilli(record.timestamp()));
                    try {
                        charge(deserializer, record)
                                .filter(cost -> processes.contains(cost.getProcess()))
                                .ifPresent(cost -> charged.merge(cost.getProcess(), usage(cost), DeviceUsage::plus));
                    } catch (UnknownSchemaException | UnansweredSchemaException e) {
                        unread += CloudEvent.isChargeOf(workers, record.headers()) ? 1 : 0;
                    }
                }
            }
            return new Sum(charged, unread, completeSince(admin, shortened, first, now));
        } catch (ExecutionException e) {
            throw new KafkaException("can't read about " + topic, e.getCause());
        }
    }

    private static Consumer<byte[], byte[]> consumer(StreamsConfig config) {
        Map<String, Object> settings = new HashMap<>(config.getRestoreConsumerConfigs(CLIENT_ID));
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, RECORDS_PER_POLL);
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static Optional<CostIncurred> charge(
            AvroDeserializer<CostIncurred> deserializer, ConsumerRecord<byte[], byte[]> record) {
        try {
            return Optional.ofNullable(deserializer.deserialize(record.topic(), record.value()));
        } catch (UnknownSchemaException | UnansweredSchemaException e) {
            throw e;
        } catch (SerializationException e) {
            // Nothing that a worker wrote, so no charge.
            return Optional.empty();
        }
    }

    /** A process is named for its worker, a slash, and its start. */
    private static String worker(String process) {
        return process.substring(0, Math.max(0, process.lastIndexOf('/')));
    }

    private static DeviceUsage usage(CostIncurred cost) {
        PerNetwork nanos = PerNetwork.of(network -> switch (network) {
            case DENOISER -> cost.getDenoiserNanos();
            case GUIDE -> cost.getGuideNanos();
            case TEXT_ENCODER -> cost.getTextEncoderNanos();
            case GUIDE_TEXT_ENCODER -> cost.getGuideTextEncoderNanos();
            case UPSAMPLER -> cost.getUpsamplerNanos();
            case DECODER -> cost.getDecoderNanos();
        });
        return new DeviceUsage(nanos, cost.getPaddingNanos(), cost.getRows());
    }

    /** Offsets regardless of transactions, so that no open one is overlooked. -1 if there is no such offset. */
    private static Map<TopicPartition, Long> offsets(Admin admin, List<TopicPartition> partitions, OffsetSpec spec)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        admin.listOffsets(
                        partitions.stream().collect(Collectors.toMap(partition -> partition, partition -> spec)),
                        new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED))
                .all()
                .get()
                .forEach((partition, found) -> offsets.put(partition, found.offset()));
        return offsets;
    }

    /** @return partitions that lack their first records, and of which the rest doesn't say since when */
    private static Set<TopicPartition> seek(
            Admin admin,
            Consumer<byte[], byte[]> consumer,
            List<TopicPartition> partitions,
            Map<TopicPartition, Long> ends,
            Instant since)
            throws ExecutionException, InterruptedException {
        consumer.assign(partitions);
        Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions);
        OffsetSpec from = OffsetSpec.forTimestamp(since.minus(CLOCK_MARGIN).toEpochMilli());
        Map<TopicPartition, Long> found = offsets(admin, partitions, from);
        Set<TopicPartition> shortened = new HashSet<>();
        for (TopicPartition partition : partitions) {
            long at = offset(found, partition);
            long beginning = offset(beginnings, partition);
            long start = at < 0 ? offset(ends, partition) : at;
            consumer.seek(partition, start);
            if (beginning > 0 && (start == beginning || beginning >= offset(ends, partition))) {
                shortened.add(partition);
            }
        }
        return shortened;
    }

    /** A partition that was shortened has all since its first record, or since what its topic's retention leaves. */
    private Instant completeSince(
            Admin admin, Set<TopicPartition> shortened, Map<TopicPartition, Instant> first, Instant now)
            throws ExecutionException, InterruptedException {
        if (shortened.isEmpty()) {
            return Instant.MIN;
        }
        Instant kept = keptSince(admin, now);
        Instant complete = Instant.MIN;
        for (TopicPartition partition : shortened) {
            Instant since = first.getOrDefault(partition, Instant.MAX);
            since = since.isBefore(kept) ? since : kept;
            complete = since.isAfter(complete) ? since : complete;
        }
        return complete;
    }

    /** What the topic's retention can't have deleted; no time at all where that isn't known. */
    private Instant keptSince(Admin admin, Instant now) throws ExecutionException, InterruptedException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try {
            Config settings = admin.describeConfigs(List.of(resource)).all().get().values().stream()
                    .findFirst()
                    .orElseThrow();
            long bytes = Long.parseLong(
                    settings.get(TopicConfig.RETENTION_BYTES_CONFIG).value());
            long millis =
                    Long.parseLong(settings.get(TopicConfig.RETENTION_MS_CONFIG).value());
            if (bytes >= 0) {
                return Instant.MAX;
            }
            return millis < 0 ? Instant.MIN : now.minusMillis(millis).plus(CLOCK_MARGIN);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AuthorizationException) {
                return Instant.MAX;
            }
            throw e;
        }
    }

    private static long offset(Map<TopicPartition, Long> offsets, TopicPartition partition) {
        return Objects.requireNonNull(offsets.get(partition), "the broker left a partition out");
    }
}
