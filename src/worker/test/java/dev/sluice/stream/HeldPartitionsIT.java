package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.codec.EventEncoder;
import dev.sluice.codec.RequestDecoder;
import dev.sluice.embedded.EmbeddedKafka;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineEnvironment;
import dev.sluice.engine.EngineSettings;
import dev.sluice.pricing.Price;
import dev.sluice.pricing.Tariff;
import dev.sluice.wire.AvroConfig;
import dev.sluice.wire.AvroSerializer;
import dev.sluice.wire.InMemorySchemaRegistry;
import dev.sluice.wire.RequestLimits;
import dev.sluice.wire.StubRegistryServer;
import dev.sluice.wire.StubRegistryServer.Asked;
import dev.sluice.wire.StubRegistryServer.Reply;
import dev.sluice.wire.TopicReader;
import dev.sluice.wire.Topics;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
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
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real stream before a registry that knows one schema late and never gives another out. */
@Timeout(180)
class HeldPartitionsIT {
    private static final Topics TOPICS = Topics.DEFAULT;
    private static final int LATE = 501;
    private static final int FORBIDDEN = 502;
    private static final Duration LATENESS = Duration.ofSeconds(3);
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    @TempDir
    private Path folder;

    private final InMemorySchemaRegistry schemas = new InMemorySchemaRegistry();
    private volatile long lateSince;

    @Test
    void losesNothingAndHoldsOnlyThePartitionThatWaits() throws Exception {
        ManualTime time = new ManualTime();
        SimulatedDevice device = new SimulatedDevice(time);
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder.resolve("kafka"), 0);
                StubRegistryServer registry = new StubRegistryServer(this::answer);
                Engine engine = new Engine(
                        List.of(device.bundle()), EngineSettings.constant(4, 1), EngineEnvironment.of(time));
                ImagePublisher publisher =
                        new ImagePublisher(new InMemoryImageStore(), 1, 8, Clock.systemUTC(), RequestListener.NONE)) {
            Map<String, Integer> topics = new HashMap<>();
            TOPICS.all().forEach(topic -> topics.put(topic, 2));
            kafka.createTopics(topics, Map.of());
            Map<String, Object> clients = Map.of(
                    "bootstrap.servers",
                    kafka.bootstrapServers(),
                    AvroConfig.REGISTRY_URL,
                    registry.address().toString(),
                    AvroConfig.ANSWER_PATIENCE_MS,
                    PATIENCE.toMillis());
            String behind = idIn(0);
            String late = idIn(1);
            publish(clients, behind, late);
            engine.start();
            StreamWorker stream =
                    new StreamWorker(settings(clients), parts(engine, publisher), engine::hasRoom, failure -> {});
            stream.start();
            try {
                List<ConsumerRecord<byte[], byte[]>> seen = read(clients, 3);

                assertThat(seen.stream().map(HeldPartitionsIT::name))
                        .containsExactlyInAnyOrder(
                                TOPICS.completions() + " " + late,
                                TOPICS.deadLetters() + " poison",
                                TOPICS.completions() + " " + behind);
                ConsumerRecord<byte[], byte[]> letter = named(TOPICS.deadLetters() + " poison", seen);
                // What another partition waits for holds nobody up here.
                assertThat(named(TOPICS.completions() + " " + late, seen).timestamp())
                        .isLessThan(letter.timestamp());
                assertThat(header(letter, "sluice.dead-letter.reason")).isEqualTo("UNANSWERED_SCHEMA");
                assertThat(header(letter, "sluice.dead-letter.registry-status")).isEqualTo("403");
                assertThat(header(letter, "sluice.dead-letter.registry-error-code"))
                        .isEqualTo("40301");
                assertThat(header(letter, "sluice.dead-letter.registry-message"))
                        .isEqualTo("User is denied");
                assertThat(stream.counts().heldPartitions().held()).isZero();
            } finally {
                stream.close(Duration.ofSeconds(20));
            }
        }
    }

    private Reply answer(Asked asked) {
        String path = asked.path();
        if (asked.method().equals("POST")) {
            return Reply.json(200, "{\"id\": " + schemas.register(path, posted(asked.body())) + "}");
        }
        if (path.equals("/schemas/types")) {
            return Reply.json(200, "[\"AVRO\"]");
        }
        int id = Integer.parseInt(path.substring(path.lastIndexOf('/') + 1));
        return switch (id) {
            case FORBIDDEN -> Reply.json(403, "{\"error_code\": 40301, \"message\": \"User is denied\"}");
            case LATE -> late();
            default -> found(id);
        };
    }

    private Reply late() {
        if (lateSince == 0) {
            lateSince = System.nanoTime();
        }
        return System.nanoTime() - lateSince < LATENESS.toNanos()
                ? Reply.json(404, "{\"error_code\": 40403, \"message\": \"Schema not found\"}")
                : found(1);
    }

    private Reply found(int id) {
        return Reply.json(
                200,
                new ObjectMapper()
                        .createObjectNode()
                        .put("schema", schemas.schemaOf(id).toString())
                        .toString());
    }

    private static Schema posted(String body) {
        try {
            return new Schema.Parser()
                    .parse(new ObjectMapper().readTree(body).path("schema").asText());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** An id that belongs into the partition. */
    private static String idIn(int partition) {
        return IntStream.range(0, 100)
                .mapToObj(number -> "r-" + number)
                .filter(id -> Utils.toPositive(Utils.murmur2(id.getBytes(StandardCharsets.UTF_8))) % 2 == partition)
                .findFirst()
                .orElseThrow();
    }

    private static void publish(Map<String, Object> clients, String behind, String late) throws Exception {
        try (AvroSerializer<SpecificRecord> serializer = new AvroSerializer<>();
                var producer = new KafkaProducer<>(clients, new StringSerializer(), new ByteArraySerializer())) {
            serializer.configure(clients, false);
            byte[] poison =
                    ByteBuffer.allocate(5).put((byte) 0).putInt(FORBIDDEN).array();
            byte[] good = serializer.serialize(
                    TOPICS.requests(), Requests.plain(behind).build());
            byte[] early =
                    serializer.serialize(TOPICS.requests(), Requests.plain(late).build());
            ByteBuffer.wrap(early).putInt(1, LATE);
            producer.send(new ProducerRecord<>(TOPICS.requests(), 0, "poison", poison))
                    .get();
            producer.send(new ProducerRecord<>(TOPICS.requests(), 0, behind, good))
                    .get();
            producer.send(new ProducerRecord<>(TOPICS.requests(), 1, late, early))
                    .get();
        }
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(Map<String, Object> clients, int number) {
        List<ConsumerRecord<byte[], byte[]>> seen = new ArrayList<>();
        try (TopicReader topics = TopicReader.open(
                clients, List.of(TOPICS.deadLetters(), TOPICS.completions(), TOPICS.failures()), List.of())) {
            topics.seekToBeginning();
            while (seen.size() < number) {
                topics.poll(Duration.ofMillis(200)).forEach(seen::add);
            }
            topics.poll(Duration.ofSeconds(1)).forEach(seen::add);
        }
        return seen;
    }

    private static ConsumerRecord<byte[], byte[]> named(String name, List<ConsumerRecord<byte[], byte[]>> among) {
        return among.stream()
                .filter(record -> name(record).equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static String name(ConsumerRecord<byte[], byte[]> record) {
        return record.topic() + " " + new String(record.key(), StandardCharsets.UTF_8);
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? "none" : new String(header.value(), StandardCharsets.UTF_8);
    }

    private StreamSettings settings(Map<String, Object> clients) {
        return new StreamSettings(
                "held-partitions-test",
                TOPICS,
                folder.resolve("state"),
                SettleSettings.DEFAULT,
                true,
                RequestLimits.DEFAULT,
                clients);
    }

    private static WorkerParts parts(Engine engine, ImagePublisher publisher) {
        return new WorkerParts(
                engine,
                publisher,
                new RequestDecoder(),
                new EventEncoder(
                        "worker-1",
                        Instant.now(),
                        Tariff.of(new Price("device", BigDecimal.ONE, Currency.getInstance("EUR")))),
                new OverheadQueue(engine.meter(), Duration.ofMinutes(1), Instant.now()),
                RequestListener.NONE,
                Clock.systemUTC(),
                Optional.empty());
    }
}
