package dev.sluice.stream;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the brokers, once. The number of partitions is that of the pending requests' changelog: Streams makes it before it
 * gives out tasks, and nothing but {@code sluice partitions} adds to it. Any thread.
 */
final class BrokerHomes implements Homes {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerHomes.class);
    private static final String CLIENT_ID = "sluice-homes";
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** Kafka's own defaults, for who may not ask. */
    private static final long TOPIC_DEFAULT = 1_048_588;

    private static final long REQUEST_SIZE_DEFAULT = 1 << 20;
    private static final long BUFFER_DEFAULT = 32 << 20;

    private final String changelog;
    private final String requests;
    private final Map<String, Object> admin;
    private final long mostSent;
    /** Guarded by this, as what follows. */
    private @Nullable Integer partitions;

    private final Map<String, Long> largest = new HashMap<>();

    BrokerHomes(StreamSettings settings) {
        StreamsConfig config = new StreamsConfig(StreamsProperties.of(settings));
        changelog = Changelogs.pending(settings.applicationId());
        requests = settings.topics().requests();
        admin = config.getAdminConfigs(CLIENT_ID);
        int patience = (int) PATIENCE.toMillis();
        admin.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, patience);
        admin.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, patience);
        Map<String, Object> producer = config.getProducerConfigs(CLIENT_ID);
        mostSent = Math.min(
                number(producer.get(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), REQUEST_SIZE_DEFAULT),
                number(producer.get(ProducerConfig.BUFFER_MEMORY_CONFIG), BUFFER_DEFAULT));
    }

    @Override
    public synchronized int partitions() {
        if (partitions == null) {
            partitions = ask(client -> {
                int found = partitionsOf(client, changelog)
                        .orElseGet(() -> partitionsOf(client, requests)
                                .orElseThrow(() -> new KafkaException("there is no topic " + requests)));
                LOG.info("homes partitions={} of={}", found, changelog);
                return found;
            });
        }
        return partitions;
    }

    @Override
    public synchronized long largestRecord(String topic) {
        return largest.computeIfAbsent(topic, name -> ask(client -> Math.min(mostSent, largestIn(client, name))));
    }

    /** Has limits asked for again, which somebody may have changed. */
    synchronized void forgetLimits() {
        largest.clear();
    }

    private static Optional<Integer> partitionsOf(Admin client, String topic) {
        try {
            return Optional.of(
                    got(client.describeTopics(List.of(topic)).topicNameValues().get(topic))
                            .partitions()
                            .size());
        } catch (UnknownTopicOrPartitionException none) {
            return Optional.empty();
        }
    }

    private static long largestIn(Admin client, String topic) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try {
            ConfigEntry entry = got(client.describeConfigs(List.of(resource))
                            .values()
                            .get(resource))
                    .get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
            return number(entry == null ? null : entry.value(), TOPIC_DEFAULT);
        } catch (AuthorizationException e) {
            LOG.warn("largest_record_unknown topic={} assumed={} reason=\"{}\"", topic, TOPIC_DEFAULT, e.getMessage());
            return TOPIC_DEFAULT;
        }
    }

    private <T> T ask(Function<Admin, T> question) {
        try (Admin client = Admin.create(admin)) {
            return question.apply(client);
        }
    }

    private static <T> T got(@Nullable KafkaFuture<T> answer) {
        try {
            return Objects.requireNonNull(answer).get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException known
                    ? known
                    : new KafkaException("the brokers were asked in vain", e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private static long number(@Nullable Object value, long otherwise) {
        return value == null ? otherwise : Long.parseLong(value.toString());
    }
}
