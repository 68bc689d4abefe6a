package dev.sluice.stream;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.streams.StreamsConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Partitions of requests that the group has no offset of and that have nothing to read: all of it was deleted, and the offset
 * forgotten, while nobody worked. Streams commits only what it has read, so it would commit nothing, and an autoscaler takes
 * the end of such a log for its lag, for ever. A worker that joins an empty group commits those ends first.
 */
final class EmptyPartitions {
    private static final Logger LOG = LoggerFactory.getLogger(EmptyPartitions.class);

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final StreamSettings settings;

    EmptyPartitions(StreamSettings settings) {
        this.settings = settings;
    }

    /** Commits their ends, unless the group has members. What fails is logged: a worker works without it. */
    void commitEnds() {
        Map<String, Object> config = new StreamsConfig(StreamsProperties.of(settings)).getAdminConfigs("sluice-ends");
        try (Closing closing = new Closing(Admin.create(config))) {
            commitEnds(closing.admin());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof UnknownMemberIdException || e.getCause() instanceof GroupNotEmptyException)) {
                LOG.warn("empty_partitions_left topic={}", settings.topics().requests(), e.getCause());
            }
        } catch (TimeoutException | KafkaException e) {
            LOG.warn("empty_partitions_left topic={}", settings.topics().requests(), e);
        }
    }

    private void commitEnds(Admin admin) throws InterruptedException, ExecutionException, TimeoutException {
        Set<TopicPartition> unknown = new HashSet<>(partitions(admin));
        String group = settings.applicationId();
        admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .forEach((partition, offset) -> {
                    if (offset != null) {
                        unknown.remove(partition);
                    }
                });
        if (unknown.isEmpty()) {
            return;
        }
        Map<TopicPartition, OffsetAndMetadata> ends =
                ends(offsets(admin, unknown, OffsetSpec.earliest()), offsets(admin, unknown, OffsetSpec.latest()));
        if (!ends.isEmpty()) {
            admin.alterConsumerGroupOffsets(group, ends).all().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            LOG.info(
                    "empty_partitions_committed topic={} partitions={}",
                    settings.topics().requests(),
                    ends.size());
        }
    }

    /** The ends of the logs that have had records and have none. */
    static Map<TopicPartition, OffsetAndMetadata> ends(
            Map<TopicPartition, Long> starts, Map<TopicPartition, Long> ends) {
        Map<TopicPartition, OffsetAndMetadata> empty = new HashMap<>();
        ends.forEach((partition, end) -> {
            if (end > 0 && end.equals(starts.get(partition))) {
                empty.put(partition, new OffsetAndMetadata(end));
            }
        });
        return empty;
    }

    private Set<TopicPartition> partitions(Admin admin)
            throws InterruptedException, ExecutionException, TimeoutException {
        String topic = settings.topics().requests();
        return admin
                .describeTopics(Set.of(topic))
                .allTopicNames()
                .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .values()
                .stream()
                .flatMap(description -> description.partitions().stream())
                .map(TopicPartitionInfo::partition)
                .map(partition -> new TopicPartition(topic, partition))
                .collect(Collectors.toSet());
    }

    private static Map<TopicPartition, Long> offsets(Admin admin, Set<TopicPartition> partitions, OffsetSpec spec)
            throws InterruptedException, ExecutionException, TimeoutException {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        admin.listOffsets(partitions.stream().collect(Collectors.toMap(partition -> partition, partition -> spec)))
                .all()
                .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .forEach((partition, offset) -> offsets.put(partition, offset.offset()));
        return offsets;
    }

    /** Waits for nothing that is still asked. */
    private record Closing(Admin admin) implements AutoCloseable {
        @Override
        public void close() {
            admin.close(Duration.ZERO);
        }
    }
}
