package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineSettings;
import dev.sluice.request.RequestLimits;
import dev.sluice.standalone.EmbeddedKafka;
import dev.sluice.standalone.EmbeddedSchemaRegistry;
import dev.sluice.wire.AvroSerializer;
import dev.sluice.wire.EventEncoder;
import dev.sluice.wire.Price;
import dev.sluice.wire.RequestDecoder;
import dev.sluice.wire.Tariff;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A record larger than any that Kafka takes by default, on a topic that allows it, before a real stream. */
@Timeout(180)
class LargeRecordIT {
    private static final int TEN_MEGABYTES = 10 << 20;
    private static final Topics TOPICS = Topics.DEFAULT;

    @TempDir
    private Path folder;

    @Test
    void becomesADeadLetterOnceAndTheNextRequestIsSettled() throws Exception {
        ManualTime time = new ManualTime();
        SimulatedDevice device = new SimulatedDevice(time);
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder.resolve("kafka"), 0);
                EmbeddedSchemaRegistry registry = EmbeddedSchemaRegistry.start(folder.resolve("registry"), 0);
                Engine engine = new Engine(List.of(device.bundle()), EngineSettings.constant(4, 1), time, () -> {});
                Finisher finisher = new Finisher(new InMemoryImageStore(), 1, 8, Clock.systemUTC(), Milestones.NONE)) {
            createTopics(kafka);
            Map<String, Object> clients = Map.of(
                    "bootstrap.servers",
                    kafka.bootstrapServers(),
                    "schema.registry.url",
                    registry.url().toString());
            publish(clients);
            engine.start();
            StreamWorker stream =
                    new StreamWorker(settings(clients), parts(engine, finisher), engine::hasRoom, failure -> {});
            stream.start();
            try {
                requireOneLetterAndOneOutcome(clients);
            } finally {
                stream.close(Duration.ofSeconds(20));
            }
        }
    }

    private static void createTopics(EmbeddedKafka kafka) {
        Map<String, Integer> topics = new HashMap<>();
        TOPICS.all().forEach(topic -> topics.put(topic, 1));
        topics.remove(TOPICS.requests());
        kafka.createTopics(topics, Map.of());
        kafka.createTopics(Map.of(TOPICS.requests(), 1), Map.of("max.message.bytes", String.valueOf(12 << 20)));
    }

    private static void publish(Map<String, Object> clients) throws Exception {
        Map<String, Object> config = new HashMap<>(clients);
        config.put("max.request.size", 12 << 20);
        AvroSerializer<SpecificRecord> serializer = new AvroSerializer<>();
        serializer.configure(config, false);
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(TOPICS.requests(), "large", new byte[TEN_MEGABYTES]))
                    .get();
            byte[] good = serializer.serialize(
                    TOPICS.requests(), Requests.plain("good").build());
            producer.send(new ProducerRecord<>(TOPICS.requests(), "good", good)).get();
        }
        serializer.close();
    }

    private static void requireOneLetterAndOneOutcome(Map<String, Object> clients) {
        Map<String, Object> config = new HashMap<>(clients);
        config.put("group.id", "watcher");
        config.put("auto.offset.reset", "earliest");
        config.put("isolation.level", "read_committed");
        List<ConsumerRecord<byte[], byte[]>> letters = new ArrayList<>();
        List<String> outcomes = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(TOPICS.deadLetters(), TOPICS.completions(), TOPICS.failures()));
            // The good one came last, so whatever a worker says of the large one has been said by then.
            while (outcomes.isEmpty()) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    if (record.topic().equals(TOPICS.deadLetters())) {
                        letters.add(record);
                    } else {
                        outcomes.add(record.topic() + " " + new String(record.key(), StandardCharsets.UTF_8));
                    }
                });
            }
            consumer.poll(Duration.ofSeconds(1)).forEach(record -> {
                if (record.topic().equals(TOPICS.deadLetters())) {
                    letters.add(record);
                }
            });
        }
        assertThat(outcomes).containsExactly(TOPICS.completions() + " good");
        assertThat(letters).hasSize(1);
        assertThat(letters.getFirst().value()).hasSize(RequestLimits.DEFAULT.maxDeadLetterBytes());
        assertThat(letters.getFirst()
                        .headers()
                        .lastHeader("sluice.dead-letter.truncated")
                        .value())
                .asString()
                .isEqualTo(String.valueOf(TEN_MEGABYTES));
    }

    private StreamSettings settings(Map<String, Object> clients) {
        return new StreamSettings(
                "large-record-test",
                TOPICS,
                folder.resolve("state"),
                SettleSettings.DEFAULT,
                true,
                RequestLimits.DEFAULT,
                clients);
    }

    private static WorkerParts parts(Engine engine, Finisher finisher) {
        return new WorkerParts(
                engine,
                finisher,
                new RequestDecoder(),
                new EventEncoder(
                        "worker-1",
                        Instant.now(),
                        Tariff.of(new Price("device", BigDecimal.ONE, Currency.getInstance("EUR")))),
                new Overhead(engine.meter(), Duration.ofMinutes(1), Instant.now()),
                (request, outcome, age) -> {},
                Milestones.NONE,
                Clock.systemUTC(),
                Optional.empty());
    }
}
