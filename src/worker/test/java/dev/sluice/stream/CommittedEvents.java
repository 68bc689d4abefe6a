package dev.sluice.stream;

import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.events.v1.GenerationProgressed;
import dev.sluice.wire.AvroDeserializer;
import dev.sluice.wire.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;

/** Reads all that workers have committed, from the beginning, as a downstream reader does. Confined to the test's thread. */
final class CommittedEvents implements AutoCloseable {
    final List<GenerationCompleted> completions = new ArrayList<>();
    final List<GenerationFailed> failures = new ArrayList<>();
    final List<CostIncurred> costs = new ArrayList<>();
    final List<GenerationProgressed> progress = new ArrayList<>();
    final List<ConsumerRecord<String, byte[]>> deadLetters = new ArrayList<>();

    private final Map<String, ?> config;
    private final KafkaConsumer<String, byte[]> consumer;
    private final Map<String, Consumer<ConsumerRecord<String, byte[]>>> readers;

    /** @param onCompletion sees each completion when it is read */
    CommittedEvents(String bootstrapServers, String registryUrl, Consumer<GenerationCompleted> onCompletion) {
        config = Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "schema.registry.url",
                registryUrl,
                "isolation.level",
                "read_committed",
                "auto.offset.reset",
                "earliest");
        consumer = new KafkaConsumer<>(Map.copyOf(config), new StringDeserializer(), new ByteArrayDeserializer());
        Topics topics = Topics.DEFAULT;
        readers = Map.of(
                topics.completions(), into(completions, GenerationCompleted.class, onCompletion),
                topics.failures(), into(failures, GenerationFailed.class, event -> {}),
                topics.costs(), into(costs, CostIncurred.class, event -> {}),
                topics.progress(), into(progress, GenerationProgressed.class, event -> {}),
                topics.deadLetters(), deadLetters::add);
        List<TopicPartition> partitions = readers.keySet().stream()
                .flatMap(topic -> consumer.partitionsFor(topic).stream())
                .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    void poll() {
        consumer.poll(Duration.ofMillis(100)).forEach(message -> {
            Consumer<ConsumerRecord<String, byte[]>> reader = readers.get(message.topic());
            if (reader != null) {
                reader.accept(message);
            }
        });
    }

    int outcomes() {
        return completions.size() + failures.size();
    }

    private <T extends SpecificRecord> Consumer<ConsumerRecord<String, byte[]>> into(
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
        consumer.close();
    }
}
