package dev.sluice.stream;

import dev.sluice.events.v1.CostIncurred;
import dev.sluice.request.DeviceUsage;
import dev.sluice.request.PerNetwork;
import dev.sluice.wire.AvroConfig;
import dev.sluice.wire.AvroDeserializer;
import dev.sluice.wire.CloudEvent;
import dev.sluice.wire.TopicReader;
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
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Adds up what the cost topic charges for the device time of some processes. Reads only committed records, up to the
 * topic's end when the sum was begun. If a transaction is still open before that end, it waits for it, since it may be
 * a dead process's own. Confined to one thread.
 */
final class CommittedCharges {
    /** Records carry their worker's clock, which may have been set back in the meantime. */
    private static final Duration CLOCK_MARGIN = Duration.ofDays(1);

    /** Whoever waits here can be told to stop. */
    private static final Duration FOREVER = Duration.ofDays(36_500);

    private static final int RECORDS_PER_POLL = 2000;
    private static final String CLIENT_ID = "sluice-lost-device-time";

    private final Map<String, Object> properties;
    private final String topic;
    private final BooleanSupplier stop;

    /** @param stop asked now and then whether to give up */
    CommittedCharges(StreamSettings settings, BooleanSupplier stop) {
        properties = StreamsProperties.of(settings);
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
        try (TopicReader reader = TopicReader.open(clients(config), List.of(topic), FOREVER);
                AvroDeserializer<CostIncurred> deserializer = new AvroDeserializer<>(CostIncurred.class)) {
            // A registry that knows an id late is waited for: a charge that was passed over would be made again.
            deserializer.configure(properties, false);
            Map<TopicPartition, Long> ends = reader.ends();
            Set<TopicPartition> shortened = seek(reader, ends, since);
            Map<TopicPartition, Instant> first = new HashMap<>();
            Adding adding = new Adding(processes, deserializer);
            boolean whole = reader.readTo(
                    ends,
                    record -> {
                        first.putIfAbsent(
                                new TopicPartition(topic, record.partition()),
                                Instant.ofEpochMilli(record.timestamp()));
                        adding.add(record);
                    },
                    () -> !stop.getAsBoolean());
            if (!whole) {
                throw new InterruptedException("told to stop");
            }
            return new Sum(adding.charged, adding.unread, completeSince(config, shortened, first, now));
        } catch (InterruptException e) {
            throw new InterruptedException("interrupted while reading " + topic);
        }
    }

    private static Map<String, Object> clients(StreamsConfig config) {
        Map<String, Object> settings = new HashMap<>(config.getRestoreConsumerConfigs(CLIENT_ID));
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, RECORDS_PER_POLL);
        return settings;
    }

    /** What has been read so far. */
    private static final class Adding {
        private final Set<String> processes;
        private final Set<String> workers;
        private final AvroDeserializer<CostIncurred> deserializer;
        private final Map<String, DeviceUsage> charged = new HashMap<>();
        private int unread;

        Adding(Set<String> processes, AvroDeserializer<CostIncurred> deserializer) {
            this.processes = processes;
            this.deserializer = deserializer;
            workers = processes.stream().map(CommittedCharges::worker).collect(Collectors.toSet());
        }

        void add(ConsumerRecord<byte[], byte[]> record) {
            try {
                charge(deserializer, record)
                        .filter(cost -> processes.contains(cost.getProcess()))
                        .ifPresent(cost -> charged.merge(cost.getProcess(), usage(cost), DeviceUsage::plus));
            } catch (UnknownSchemaException | UnansweredSchemaException e) {
                unread += CloudEvent.isChargeOf(workers, record.headers()) ? 1 : 0;
            }
        }
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

    /** @return partitions that lack their first records, and of which the rest doesn't say since when */
    private static Set<TopicPartition> seek(TopicReader reader, Map<TopicPartition, Long> ends, Instant since) {
        Map<TopicPartition, Long> beginnings = reader.beginnings();
        Map<TopicPartition, Long> starts = reader.seekTo(since.minus(CLOCK_MARGIN));
        Set<TopicPartition> shortened = new HashSet<>();
        for (TopicPartition partition : reader.partitions()) {
            long beginning = offset(beginnings, partition);
            if (beginning > 0 && (offset(starts, partition) == beginning || beginning >= offset(ends, partition))) {
                shortened.add(partition);
            }
        }
        return shortened;
    }

    /** A partition that was shortened has all since its first record, or since what its topic's retention leaves. */
    private Instant completeSince(
            StreamsConfig config, Set<TopicPartition> shortened, Map<TopicPartition, Instant> first, Instant now)
            throws InterruptedException {
        if (shortened.isEmpty()) {
            return Instant.MIN;
        }
        Instant kept = keptSince(config, now);
        Instant complete = Instant.MIN;
        for (TopicPartition partition : shortened) {
            Instant since = first.getOrDefault(partition, Instant.MAX);
            since = since.isBefore(kept) ? since : kept;
            complete = since.isAfter(complete) ? since : complete;
        }
        return complete;
    }

    /** What the topic's retention can't have deleted; no time at all where that isn't known. */
    private Instant keptSince(StreamsConfig config, Instant now) throws InterruptedException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try (Admin admin = Admin.create(config.getAdminConfigs(CLIENT_ID))) {
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
            throw new KafkaException("can't read about " + topic, e.getCause());
        }
    }

    private static long offset(Map<TopicPartition, Long> offsets, TopicPartition partition) {
        return Objects.requireNonNull(offsets.get(partition), "the broker left a partition out");
    }
}
