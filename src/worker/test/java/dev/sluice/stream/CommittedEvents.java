package dev.sluice.stream;

import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.events.v1.GenerationProgressed;
import dev.sluice.wire.AvroDeserializer;
import dev.sluice.wire.TopicReader;
import dev.sluice.wire.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Reads all that workers have committed, from the beginning, as a downstream reader does. Confined to the test's thread. */
final class CommittedEvents implements AutoCloseable {
    final List<GenerationCompleted> completions = new ArrayList<>();
    final List<GenerationFailed> failures = new ArrayList<>();
    final List<CostIncurred> costs = new ArrayList<>();
    final List<GenerationProgressed> progress = new ArrayList<>();
    final List<ConsumerRecord<byte[], byte[]>> deadLetters = new ArrayList<>();

    private final Map<String, Object> config;
    private final TopicReader topics;
    private final Map<String, Consumer<ConsumerRecord<byte[], byte[]>>> readers;

    /** @param onCompletion sees each completion when it is read */
    CommittedEvents(String bootstrapServers, String registryUrl, Consumer<GenerationCompleted> onCompletion) {
        config = Map.of("bootstrap.servers", bootstrapServers, "schema.registry.url", registryUrl);
        Topics names = Topics.DEFAULT;
        readers = Map.of(
                names.completions(), into(completions, GenerationCompleted.class, onCompletion),
                names.failures(), into(failures, GenerationFailed.class, event -> {}),
                names.costs(), into(costs, CostIncurred.class, event -> {}),
                names.progress(), into(progress, GenerationProgressed.class, event -> {}),
                names.deadLetters(), deadLetters::add);
        topics = TopicReader.open(config, readers.keySet(), List.of());
        topics.seekToBeginning();
    }

    void poll() {
        topics.poll(Duration.ofMillis(100)).forEach(message -> {
            Consumer<ConsumerRecord<byte[], byte[]>> reader = readers.get(message.topic());
            if (reader != null) {
                reader.accept(message);
            }
        });
    }

    int outcomes() {
        return completions.size() + failures.size();
    }

    private <T extends SpecificRecord> Consumer<ConsumerRecord<byte[], byte[]>> into(
            List<T> events, Class<T> type, Consumer<T> onEvent) {
        AvroDeserializer<T> deserializer = new AvroDeserializer<>(type);
        deserializer.configure(config, false);
        return message -> {
            @Nullable T event = deserializer.deserialize(message.topic(), message.value());
            if (event != null) {
                events.add(event);
                onEvent.accept(event);
            }
        };
    }

    @Override
    public void close() {
        topics.close();
    }
}
