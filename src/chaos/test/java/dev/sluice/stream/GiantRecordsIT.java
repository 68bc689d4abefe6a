package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.chaos.surroundings.ChildJvm;
import dev.sluice.embedded.EmbeddedKafka;
import dev.sluice.embedded.EmbeddedSchemaRegistry;
import dev.sluice.wire.AvroSerializer;
import dev.sluice.wire.RequestLimits;
import dev.sluice.wire.TopicReader;
import dev.sluice.wire.Topics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Records that take little in the topic and much in memory, before a real stream whose heap none of them fits into twice:
 * with anything of one kept, the next would end the process.
 */
@Timeout(180)
class GiantRecordsIT {
    private static final int GIANT = 80 << 20;
    private static final int LARGE = 10 << 20;
    private static final int MANY = 200_000;
    private static final List<String> JVM_OPTIONS = List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx192m",
            "-XX:+UseSerialGC",
            "-XX:NewSize=16m",
            "-XX:MaxNewSize=16m",
            "-XX:+ExitOnOutOfMemoryError");
    private static final Topics TOPICS = Topics.DEFAULT;

    @TempDir
    private Path folder;

    @Test
    void becomeDeadLettersOnceAndTheNextRequestIsSettled() throws Exception {
        Path log = folder.resolve("worker.log");
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder.resolve("kafka"), 0);
                EmbeddedSchemaRegistry registry = EmbeddedSchemaRegistry.start(folder.resolve("registry"), 0)) {
            createTopics(kafka);
            String registryUrl = registry.url().toString();
            publish(Map.of("bootstrap.servers", kafka.bootstrapServers(), "schema.registry.url", registryUrl));
            Process worker = new ProcessBuilder(ChildJvm.command(
                            SmallHeapWorker.class,
                            JVM_OPTIONS,
                            List.of(
                                    kafka.bootstrapServers(),
                                    registryUrl,
                                    folder.resolve("state").toString())))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            try {
                Map<String, ConsumerRecord<byte[], byte[]>> letters = awaitLetters(kafka.bootstrapServers(), worker);
                assertThat(letters)
                        .as("dead letters; the worker said %s", Files.readString(log))
                        .containsOnlyKeys("giant-0", "giant-1", "giant-2", "headers", "many", "large", "key", "good");
                require(letters);
            } finally {
                worker.destroyForcibly().waitFor();
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

    /** Publishes in one transaction, so that a worker finds all of it at once. */
    private static void publish(Map<String, Object> clients) throws Exception {
        Map<String, Object> config = new HashMap<>(clients);
        config.put("compression.type", "zstd");
        config.put("compression.zstd.level", 1);
        config.put("max.request.size", GIANT + LARGE);
        config.put("buffer.memory", 3L * GIANT);
        config.put("transactional.id", "publisher");
        AvroSerializer<SpecificRecord> serializer = new AvroSerializer<>();
        serializer.configure(clients, false);
        byte[] good =
                serializer.serialize(TOPICS.requests(), Requests.plain("good").build());
        serializer.close();
        byte[] giant = new byte[GIANT];
        try (var producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            for (int i = 0; i < 3; i++) {
                producer.send(record("giant-" + i, giant, List.of(new RecordHeader("mine", new byte[] {7}))))
                        .get();
            }
            producer.send(record("headers", good, List.of(new RecordHeader("large", giant))))
                    .get();
            producer.send(record("many", good, empty(MANY))).get();
            producer.send(new ProducerRecord<>(TOPICS.requests(), giant, good)).get();
            producer.send(record("large", new byte[LARGE], List.of())).get();
            producer.send(record("good", good, List.of())).get();
            producer.commitTransaction();
        }
    }

    private static ProducerRecord<byte[], byte[]> record(String key, byte @Nullable [] value, List<Header> headers) {
        return new ProducerRecord<>(TOPICS.requests(), null, key.getBytes(StandardCharsets.UTF_8), value, headers);
    }

    private static List<Header> empty(int count) {
        List<Header> headers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            headers.add(new RecordHeader("", null));
        }
        return headers;
    }

    /**
     * Dead letters by key, up to the outcome of the one good request, which came last. Ends early once the worker has
     * ended.
     */
    private static Map<String, ConsumerRecord<byte[], byte[]>> awaitLetters(String broker, Process worker) {
        Map<String, ConsumerRecord<byte[], byte[]>> found = new HashMap<>();
        try (TopicReader topics = TopicReader.open(
                Map.of("bootstrap.servers", broker),
                List.of(TOPICS.deadLetters(), TOPICS.completions(), TOPICS.failures()),
                List.of())) {
            topics.seekToBeginning();
            while (worker.isAlive() && !(found.containsKey("good") && found.size() >= 8)) {
                topics.poll(Duration.ofMillis(200)).forEach(record -> {
                    assertThat(found.put(name(record), record))
                            .as("twice: %s", name(record))
                            .isNull();
                });
            }
        }
        return found;
    }

    private static String name(ConsumerRecord<byte[], byte[]> record) {
        return record.key()[0] == 0 ? "key" : new String(record.key(), StandardCharsets.UTF_8);
    }

    private static ConsumerRecord<byte[], byte[]> named(
            Map<String, ConsumerRecord<byte[], byte[]>> found, String name) {
        return Objects.requireNonNull(found.get(name), name);
    }

    private static void require(Map<String, ConsumerRecord<byte[], byte[]>> found) {
        assertThat(named(found, "good").topic()).isEqualTo(TOPICS.completions());
        String sha256 = Cut.sha256(ByteBuffer.wrap(new byte[GIANT]));
        for (int i = 0; i < 3; i++) {
            ConsumerRecord<byte[], byte[]> letter = named(found, "giant-" + i);
            assertThat(letter.value()).hasSize(RequestLimits.DEFAULT.maxDeadLetterBytes());
            assertThat(header(letter, "sluice.dead-letter.truncated")).isEqualTo(String.valueOf(GIANT));
            assertThat(header(letter, "sluice.dead-letter.sha256")).isEqualTo(sha256);
            assertThat(header(letter, "mine")).isNotNull();
        }
        assertThat(header(named(found, "large"), "sluice.dead-letter.truncated"))
                .isEqualTo(String.valueOf(LARGE));
        assertThat(header(named(found, "key"), "sluice.dead-letter.key-truncated"))
                .isEqualTo(String.valueOf(GIANT));
        assertThat(header(named(found, "key"), "sluice.dead-letter.key-sha256")).isEqualTo(sha256);
        assertThat(header(named(found, "headers"), "sluice.dead-letter.headers-dropped"))
                .isEqualTo("1");
        assertThat(header(named(found, "many"), "sluice.dead-letter.headers-dropped"))
                .isNotNull();
    }

    private static @Nullable String header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }
}
