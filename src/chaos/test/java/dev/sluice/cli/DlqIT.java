package dev.sluice.cli;

import static dev.sluice.DocumentedJson.assertDocumented;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.Waits;
import dev.sluice.deadletter.DeadLetterTopic;
import dev.sluice.deadletter.LetterId;
import dev.sluice.deadletter.Origin;
import dev.sluice.deadletter.Resending;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.events.v1.PromptSpec;
import dev.sluice.events.v1.SamplerKind;
import dev.sluice.events.v1.SamplerSpec;
import dev.sluice.standalone.StandalonePorts;
import dev.sluice.standalone.StandaloneStack;
import dev.sluice.wire.AvroConfig;
import dev.sluice.wire.AvroSerializer;
import dev.sluice.wire.InMemorySchemaRegistry;
import dev.sluice.wire.SchemaRegistry;
import dev.sluice.wire.TopicReader;
import dev.sluice.wire.Topics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way back of a request that died because the registry did not know its schema yet. */
class DlqIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long PUBLISHED_AT = 1_000;
    private static final String REQUESTS = Topics.DEFAULT.requests();
    private static final String DEAD_LETTERS = Topics.DEFAULT.deadLetters();

    @TempDir
    private Path folder = Path.of("");

    private StandaloneStack stack;
    private SchemaRegistry registry;
    private KafkaProducer<String, byte[]> producer;

    @BeforeEach
    void start() throws InterruptedException {
        stack = StandaloneStack.start(
                folder.resolve("data"),
                StandalonePorts.FREE,
                Map.of(
                        "bundles",
                        "models/bundles/glyphs-adm",
                        "engine.batch-size",
                        "4",
                        "engine.guide-batch-size",
                        "4",
                        "price.overhead-interval",
                        "1h",
                        "registry.answer-patience",
                        "1s"));
        Map<String, Object> properties = stack.addresses().clientProperties();
        registry = AvroConfig.of(properties).connect();
        producer = new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer());
    }

    @AfterEach
    void stop() {
        producer.close();
        registry.close();
        stack.close();
    }

    @Test
    void sendsALetterBackExactlyOnceAndItsRequestIsAnswered()
            throws InterruptedException, IOException, ExecutionException {
        int next = registry.register("probe-value", newer("probe")) + 1;
        producer.send(new ProducerRecord<>(REQUESTS, null, PUBLISHED_AT, "late", bytes(next)))
                .get();
        JsonNode letter = awaitLetter();
        String name = letter.get("letter").textValue();
        assertThat(letter.get("reason").textValue()).isEqualTo("UNKNOWN_SCHEMA");
        assertThat(letter.at("/origin/topic").textValue()).isEqualTo(REQUESTS);
        assertThat(letter.get("publishedAt").textValue()).isEqualTo("1970-01-01T00:00:01Z");
        assertThat(letter.get("writtenAt").textValue()).doesNotStartWith("1970");
        assertThat(sound("list", "--reason", "WRONG_MAGIC"))
                .contains("0 dead letters of 1; their reasons are UNKNOWN_SCHEMA.");
        assertThat(sound("list", "--from", REQUESTS)).contains(name, "UNKNOWN_SCHEMA", "late", "1 dead letter.");
        assertThat(sound("show", name))
                .contains("sluice.dead-letter.reason = UNKNOWN_SCHEMA", "no request: UNKNOWN_SCHEMA");

        assertThat(registry.register(REQUESTS + "-value", newer("extra"))).isEqualTo(next);
        assertThat(sound("show", name)).contains("GenerationRequested", "\"seven\"");
        // For so long a worker believes what the registry refused.
        Thread.sleep(Duration.ofSeconds(10));
        assertThat(sound("resend", "--all", "--dry-run")).contains("1 would be sent back");
        assertThat(sentBack()).isEmpty();

        try (EventWatcher watcher = new EventWatcher(stack.addresses());
                Resending earlier = Resending.begin(stack.addresses().clientProperties(), DEAD_LETTERS)) {
            assertThat(sound("resend", "--reason", "unknown_schema")).contains("1 sent back, 0 before, 0 can't be.");
            assertThat(AwaitedEvent.of(GenerationCompleted.class, watcher, PATIENCE)
                            .getRequestId())
                    .isEqualTo("late");
            assertThat(sound("resend", "--all")).contains(name + "  was sent back before", "0 sent back, 1 before");
            assertThat(sound("resend", name)).contains("0 sent back, 1 before");
            ConsumerRecord<byte[], byte[]> record = record(name);
            assertThatThrownBy(() -> earlier.send(record, new Origin(REQUESTS, 0, 0)))
                    .isInstanceOf(Resending.ShutOutException.class);
        }
        List<ConsumerRecord<byte[], byte[]>> requests = sentBack();
        assertThat(requests).hasSize(1);
        ConsumerRecord<byte[], byte[]> again = requests.getFirst();
        assertThat(again.value()).isEqualTo(bytes(next));
        assertThat(again.headers()).isEmpty();
        assertThat(sound("list")).contains("sent back");
        cutLettersStay();
    }

    private ConsumerRecord<byte[], byte[]> record(String name) {
        try (DeadLetterTopic topic = new DeadLetterTopic(stack.addresses().clientProperties(), DEAD_LETTERS)) {
            return topic.record(LetterId.parse(name)).orElseThrow();
        }
    }

    private void cutLettersStay() throws InterruptedException, ExecutionException {
        ProducerRecord<String, byte[]> cut = new ProducerRecord<>(DEAD_LETTERS, "cut", new byte[] {1});
        Map.of(
                        "sluice.dead-letter.truncated", "9000",
                        "__streams.errors.topic", REQUESTS,
                        "__streams.errors.partition", "0",
                        "__streams.errors.offset", "5")
                .forEach((header, value) -> cut.headers().add(header, value.getBytes(StandardCharsets.UTF_8)));
        producer.send(cut).get();

        CommandRun run = dlq("resend", "--all");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out())
                .contains("can't be sent back: it is not whole: the value had 9000 bytes")
                .contains("0 sent back, 1 before, 1 can't be.");
        assertThat(sentBack()).hasSize(1);
    }

    private JsonNode awaitLetter() throws IOException {
        List<String> lines = Waits.atMost(PATIENCE)
                .until(() -> sound("list", "--json").lines().toList(), found -> !found.isEmpty());
        lines.forEach(line -> assertDocumented("dlq-list", line));
        return JSON.readTree(lines.getFirst());
    }

    /** The record itself is so old that the broker may have deleted it meanwhile. */
    private List<ConsumerRecord<byte[], byte[]>> sentBack() {
        return recordsIn(REQUESTS).stream()
                .filter(record -> record.timestamp() != PUBLISHED_AT)
                .toList();
    }

    private List<ConsumerRecord<byte[], byte[]>> recordsIn(String topic) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (TopicReader reader =
                TopicReader.open(Map.of("bootstrap.servers", stack.addresses().kafka()), topic)) {
            reader.seekToBeginning();
            reader.readTo(reader.ends(), records::add);
        }
        return records;
    }

    private String sound(String... arguments) {
        CommandRun run = dlq(arguments);
        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        return run.out();
    }

    private CommandRun dlq(String... arguments) {
        Stream<String> addresses = Stream.of(
                "--kafka",
                stack.addresses().kafka(),
                "--registry",
                stack.addresses().registry());
        return CommandRun.of(Stream.of(Stream.of("dlq"), Arrays.stream(arguments), addresses)
                .flatMap(all -> all)
                .toArray(String[]::new));
    }

    /** Bytes of a publisher whose schema, under this id, has one more field at its end. */
    private static byte[] bytes(int id) {
        GenerationRequested event = GenerationRequested.newBuilder()
                .setRequestId("late")
                .setTenantId("tenant")
                .setModel("glyphs-adm")
                .setPrompt(PromptSpec.newBuilder().setLabel("seven").build())
                .setSampler(new SamplerSpec(SamplerKind.DDPM, 2, 1.0))
                .build();
        try (AvroSerializer<GenerationRequested> values = new AvroSerializer<>(new InMemorySchemaRegistry())) {
            byte[] usual = Objects.requireNonNull(values.serialize(REQUESTS, event));
            byte[] newer = Arrays.copyOf(usual, usual.length + 1);
            ByteBuffer.wrap(newer, 1, 4).putInt(id);
            return newer;
        }
    }

    private static Schema newer(String field) {
        Schema usual = GenerationRequested.getClassSchema();
        List<Schema.Field> fields = usual.getFields().stream()
                .map(each -> new Schema.Field(each, each.schema()))
                .collect(Collectors.toList());
        fields.add(new Schema.Field(field, Schema.create(Schema.Type.INT), "Of tomorrow.", 0));
        return Schema.createRecord(usual.getName(), usual.getDoc(), usual.getNamespace(), false, fields);
    }
}
