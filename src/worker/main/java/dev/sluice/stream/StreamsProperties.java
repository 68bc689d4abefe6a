package dev.sluice.stream;

import dev.sluice.events.v1.GenerationCancelled;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.wire.AvroConfig;
import dev.sluice.wire.AvroDeserializer;
import dev.sluice.wire.AvroSerializer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.LogAndFailExceptionHandler;

/** The properties that Kafka Streams and its clients run with, and why each is so. */
final class StreamsProperties {
    private static final Duration REGISTRY_PATIENCE = Duration.ofMinutes(4);
    private static final Duration METADATA_AGE = Duration.ofMinutes(1);
    /** By its name: Kafka 4.4 has a constant for it, deprecated until the key goes in 5.0. */
    private static final String GLOBAL_HANDLER = "processing.exception.handler.global.enabled";

    private StreamsProperties() {}

    /**
     * All but what one client brings along.
     *
     * @return a map of the caller's own
     * @throws IllegalArgumentException if the settings ask for what the gate or the guarantee can't work with
     */
    static Map<String, Object> of(StreamSettings settings) {
        Map<String, Object> config = new HashMap<>();
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        // Small, so that what waits waits in the topic, where every worker and the autoscaler can get at it.
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 16);
        config.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 16);
        config.put(StreamsConfig.POLL_MS_CONFIG, 50);
        // So long may added partitions go unseen; the usual five minutes are long for those who publish to them.
        config.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, METADATA_AGE.toMillis());
        config.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, SmallStores.class);
        // For ids of what is written; records that come in wait without their thread. A thread that waits for the
        // registry is still in the group; a transaction that it has open is aborted after transaction.timeout.ms, and
        // its tasks then begin anew. Below max.poll.interval.ms, after which others would take them.
        config.put(AvroConfig.RETRY_BUDGET_MS, REGISTRY_PATIENCE.toMillis());
        // The default stops the partition at a record whose timestamp is negative.
        config.put(StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, UsableTimestamps.class);
        config.putAll(settings.kafka());
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, settings.applicationId());
        config.put(
                StreamsConfig.STATE_DIR_CONFIG,
                StoreFolder.of(settings.stateDirectory()).toString());
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        // Otherwise a task waits for every partition that has lag, and where the gate holds the requests back, a
        // cancellation would wait with them: the one thing that makes room.
        config.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
        // Sources take bytes as they are, so nothing comes here; what can't be read is for UnanswerableRecords.
        config.put(StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG, LogAndFailExceptionHandler.class);
        config.put(StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG, UnsendableRecords.class);
        config.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, UnanswerableRecords.class);
        // There is no global store, but Streams warns at each start where this is left to its default.
        config.put(GLOBAL_HANDLER, true);
        config.put(
                StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG,
                settings.topics().deadLetters());
        config.put(DeadLetters.MAX_BYTES, settings.limits().maxDeadLetterBytes());
        config.put(AvroConfig.MAX_MESSAGE_BYTES, settings.limits().maxMessageBytes());
        GroupProtocol.problem(config).ifPresent(problem -> {
            throw new IllegalArgumentException(StreamsConfig.GROUP_PROTOCOL_CONFIG + " " + problem);
        });
        return config;
    }

    /** How records' values are read and written, by these properties. */
    static SluiceTopology.ValueSerdes serdes(Map<String, Object> config) {
        AvroDeserializer<GenerationRequested> requests = new AvroDeserializer<>(GenerationRequested.class);
        requests.configure(config, false);
        AvroDeserializer<GenerationCancelled> cancellations = new AvroDeserializer<>(GenerationCancelled.class);
        cancellations.configure(config, false);
        AvroSerializer<SpecificRecord> events = new AvroSerializer<>();
        events.configure(config, false);
        return new SluiceTopology.ValueSerdes(requests, cancellations, events);
    }
}
