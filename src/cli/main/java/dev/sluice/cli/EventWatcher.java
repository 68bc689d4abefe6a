package dev.sluice.cli;

import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.events.v1.GenerationProgressed;
import dev.sluice.wire.AvroDeserializer;
import dev.sluice.wire.TopicReader;
import dev.sluice.wire.UndecodableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches a worker's events as a monitoring consumer would: read-committed, from the moment this is made. Used by one
 * thread.
 */
public final class EventWatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventWatcher.class);

    private final TopicReader topics;
    private final Map<String, Deserializer<? extends SpecificRecord>> readers;

    public EventWatcher(Addresses addresses) {
        Map<String, Object> properties = addresses.clientProperties();
        readers = Map.of(
                addresses.topics().completions(), reader(GenerationCompleted.class, properties),
                addresses.topics().failures(), reader(GenerationFailed.class, properties),
                addresses.topics().costs(), reader(CostIncurred.class, properties),
                addresses.topics().progress(), reader(GenerationProgressed.class, properties));
        try {
            topics = TopicReader.open(properties, readers.keySet(), List.of());
        } catch (TopicReader.MissingTopicException e) {
            throw new Main.Failure(String.valueOf(e.getMessage()));
        }
        topics.seekToEnd();
    }

    /**
     * The events that have come; waits at most this long if there are none. Other records of the topics are skipped.
     */
    public List<SpecificRecord> poll(Duration patience) {
        List<SpecificRecord> events = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : topics.poll(patience)) {
            Deserializer<? extends SpecificRecord> reader = readers.get(record.topic());
            if (reader != null && record.value() != null) {
                try {
                    events.add(reader.deserialize(record.topic(), record.value()));
                } catch (UndecodableException e) {
                    LOG.warn("event_passed_over topic={} offset={}", record.topic(), record.offset(), e);
                }
            }
        }
        return events;
    }

    @Override
    public void close() {
        topics.close();
        readers.values().forEach(Deserializer::close);
    }

    private static <T extends SpecificRecord> Deserializer<T> reader(Class<T> type, Map<String, Object> properties) {
        AvroDeserializer<T> reader = new AvroDeserializer<>(type);
        reader.configure(properties, false);
        return reader;
    }
}
