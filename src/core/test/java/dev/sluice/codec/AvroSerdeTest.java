package dev.sluice.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.events.v1.GenerationCancelled;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.events.v1.PromptSpec;
import dev.sluice.events.v1.SamplerKind;
import dev.sluice.wire.AvroConfig;
import dev.sluice.wire.AvroDeserializer;
import dev.sluice.wire.AvroSerde;
import dev.sluice.wire.InMemorySchemaRegistry;
import dev.sluice.wire.RegisteredForm;
import dev.sluice.wire.RegistryUnavailableException;
import dev.sluice.wire.SchemaEdits;
import dev.sluice.wire.StubRegistryServer;
import dev.sluice.wire.UndecodableException;
import dev.sluice.wire.UndecodableException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;

class AvroSerdeTest {
    private static final String TOPIC = "generation.requests";

    private final InMemorySchemaRegistry registry = new InMemorySchemaRegistry();
    private final AvroSerde<GenerationRequested> serde = new AvroSerde<>(registry, GenerationRequested.class);

    @Test
    void startsWithAZeroByteAndTheSchemasId() {
        registry.register("another-value", GenerationCancelled.getClassSchema());
        ByteBuffer bytes = ByteBuffer.wrap(write(SampleRequests.plain().build()));
        assertThat(bytes.get()).isZero();
        assertThat(bytes.getInt())
                .isEqualTo(registry.idOf(TOPIC + "-value", GenerationRequested.getClassSchema()))
                .isEqualTo(2);
    }

    @Test
    void passesTombstonesOn() {
        assertThat(serde.serializer().serialize(TOPIC, null)).isNull();
        assertThat(serde.deserializer().deserialize(TOPIC, null)).isNull();
    }

    @Test
    void readsARecordWrittenBeforeAFieldWasAdded() {
        Schema earlier = SchemaEdits.without(GenerationRequested.getClassSchema(), "tags", "priority", "guidance");
        GenericRecord old = new GenericRecordBuilder(earlier)
                .set("requestId", "r-1")
                .set("tenantId", "acme")
                .set("model", "shapes-32")
                .build();
        assertThat(read(SchemaEdits.bytes(registry, TOPIC, old)))
                .isEqualTo(SampleRequests.plain()
                        .setPrompt(PromptSpec.newBuilder().build())
                        .build());
    }

    @Test
    void readsARecordWrittenWithAFieldThatItDoesNotKnow() {
        Schema later = SchemaEdits.with(
                GenerationRequested.getClassSchema(),
                "{\"name\": \"watermark\", \"type\": \"string\", \"default\": \"\"}");
        GenericRecord news = new GenericRecordBuilder(later)
                .set("requestId", "r-1")
                .set("tenantId", "acme")
                .set("model", "shapes-32")
                .set("watermark", "yes")
                .build();
        assertThat(read(SchemaEdits.bytes(registry, TOPIC, news)))
                .isEqualTo(SampleRequests.plain()
                        .setPrompt(PromptSpec.newBuilder().build())
                        .build());
    }

    @Test
    void readsASymbolNewerThanItselfAsUnknown() {
        Schema later = new Schema.Parser()
                .parse(RegisteredForm.of(GenerationRequested.getClassSchema())
                        .replace("\"DDPM\",\"DDIM\"", "\"DDPM\",\"DDIM\",\"HEUN\""));
        Schema sampler = later.getField("sampler").schema();
        GenericRecord news = new GenericRecordBuilder(later)
                .set("requestId", "r-1")
                .set("tenantId", "acme")
                .set("model", "shapes-32")
                .set(
                        "sampler",
                        new GenericRecordBuilder(sampler)
                                .set(
                                        "kind",
                                        new GenericData.EnumSymbol(
                                                sampler.getField("kind").schema(), "HEUN"))
                                .build())
                .build();
        GenerationRequested read = read(SchemaEdits.bytes(registry, TOPIC, news));
        assertThat(read.getSampler().getKind()).isEqualTo(SamplerKind.UNKNOWN);
        var decoded = assertInstanceOf(Decoded.Invalid.class, new RequestDecoder().decode(read));
        assertThat(decoded.refusal().field()).isEqualTo("sampler.kind");
    }

    @Test
    void doesNotFollowAliasesOfTheWriters() {
        // A field under another name is a field that the contract does not know, and its own keeps its default.
        assertThat(read(renamed("\"name\":\"images\"", "\"name\":\"count\",\"aliases\":[\"images\"]", "count", 3))
                        .getImages())
                .isEqualTo(1);
        assertThat(reasonOf(renamed(
                        "\"name\":\"tenantId\"",
                        "\"name\":\"customer\",\"aliases\":[\"tenantId\"]",
                        "customer",
                        "acme")))
                .isEqualTo(Reason.INCOMPATIBLE_SCHEMA);
    }

    @Test
    void refusesTextInPlaceOfAnEnum() {
        Schema text = SchemaEdits.withType(
                GenerationRequested.getClassSchema(), "priority", Schema.create(Schema.Type.STRING));
        assertThat(reasonOf(SchemaEdits.bytes(registry, TOPIC, with(text, "priority", "BATCH"))))
                .isEqualTo(Reason.INCOMPATIBLE_SCHEMA);
    }

    @Test
    void refusesARecordOfAnotherNameAndAliasesDoNotHelp() {
        for (String name : List.of(
                "\"name\":\"Request\",\"namespace\":\"dev.sluice.events.v1\"",
                "\"name\":\"GenerationRequested\",\"namespace\":\"my.app\"",
                "\"name\":\"Request\",\"namespace\":\"my.app\","
                        + "\"aliases\":[\"dev.sluice.events.v1.GenerationRequested\"]")) {
            byte[] bytes = renamed(
                    "\"name\":\"GenerationRequested\",\"namespace\":\"dev.sluice.events.v1\"", name, "images", 1);
            assertThat(reasonOf(bytes)).as(name).isEqualTo(Reason.WRONG_TYPE);
        }
    }

    @Test
    void readsARecordInsideByItsFieldsWhateverItsName() {
        GenericRecord request = with(edited("\"name\":\"PromptSpec\"", "\"name\":\"Wish\""), "images", 2);

        assertThat(read(SchemaEdits.bytes(registry, TOPIC, request)).getImages())
                .isEqualTo(2);
    }

    @Test
    void refusesAnEnumInsideOfAnotherName() {
        GenericRecord request = with(edited("\"name\":\"RequestPriority\"", "\"name\":\"Urgency\""), "images", 2);

        assertThat(reasonOf(SchemaEdits.bytes(registry, TOPIC, request))).isEqualTo(Reason.INCOMPATIBLE_SCHEMA);
    }

    private static Schema edited(String from, String to) {
        String contract = RegisteredForm.of(GenerationRequested.getClassSchema());
        assertThat(contract).contains(from);
        return new Schema.Parser().parse(contract.replace(from, to));
    }

    private static GenericRecord with(Schema schema, String field, Object value) {
        GenericRecordBuilder request = new GenericRecordBuilder(schema);
        Map.of("requestId", "r-1", "tenantId", "acme", "model", "shapes-32").forEach((name, text) -> {
            if (schema.getField(name) != null) {
                request.set(name, text);
            }
        });
        return request.set(field, value).build();
    }

    private byte[] renamed(String from, String to, String field, Object value) {
        return SchemaEdits.bytes(registry, TOPIC, with(edited(from, to), field, value));
    }

    private Reason reasonOf(byte[] bytes) {
        try {
            read(bytes);
        } catch (UndecodableException e) {
            return e.reason();
        }
        throw new AssertionError("could be read");
    }

    @Test
    void serializesFromManyThreadsAtOnce() throws Exception {
        var tasks = new ArrayList<Callable<Boolean>>();
        for (long i = 0; i < 2000; i++) {
            GenerationRequested request = new RequestEncoder().encode(SampleRequests.random(i));
            tasks.add(() -> read(write(request)).equals(request));
        }
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (var done : threads.invokeAll(tasks)) {
                assertThat(done.get()).isTrue();
            }
        }
    }

    @Test
    void keepsARegistryOutageApartFromPoison() {
        byte[] bytes = write(SampleRequests.plain().build());
        registry.setReachable(false);
        try (var fresh = new AvroDeserializer<>(registry, GenerationRequested.class)) {
            assertThatThrownBy(() -> fresh.deserialize(TOPIC, bytes)).isInstanceOf(RegistryUnavailableException.class);
            registry.setReachable(true);
            assertThat(fresh.deserialize(TOPIC, bytes)).isNotNull();
        }
    }

    /** A registry that begins answers 40403 for ids that it knows a moment later. */
    @Test
    void waitsForASchemaThatItsOwnRegistryKnowsLate() throws IOException {
        byte[] bytes = write(SampleRequests.plain().build());
        String known = new JsonMapper()
                .createObjectNode()
                .put("schema", GenerationRequested.getClassSchema().toString())
                .toString();
        AtomicInteger asked = new AtomicInteger();
        try (var server = new StubRegistryServer(
                        question -> question.path().contains("/ids/") && asked.incrementAndGet() < 3
                                ? StubRegistryServer.Reply.json(404, "{\"error_code\": 40403}")
                                : StubRegistryServer.Reply.json(200, known));
                var client = new AvroDeserializer<>(GenerationRequested.class)) {
            client.configure(Map.of(AvroConfig.REGISTRY_URL, server.address()), false);

            assertThat(client.deserialize(TOPIC, bytes)).isNotNull();
        }
    }

    @Test
    void asksForEachWritersSchemaOnce() {
        byte[] bytes = write(SampleRequests.plain().build());
        int before = registry.calls();
        for (int i = 0; i < 10; i++) {
            read(bytes);
        }
        assertThat(registry.calls() - before).isEqualTo(1);
    }

    @Test
    void readsTheTypeThatItsConfigurationNames() {
        try (var named = new AvroDeserializer<GenerationRequested>()) {
            named.configure(
                    Map.of(
                            AvroConfig.REGISTRY_URL,
                            "http://127.0.0.1:1",
                            AvroConfig.VALUE_TYPE,
                            GenerationRequested.class.getName()),
                    false);
        }
        for (String wrong : List.of("no.such.Type", "java.lang.String")) {
            try (var named = new AvroDeserializer<GenerationRequested>()) {
                assertThatThrownBy(() -> named.configure(
                                Map.of(AvroConfig.REGISTRY_URL, "http://127.0.0.1:1", AvroConfig.VALUE_TYPE, wrong),
                                false))
                        .isInstanceOf(ConfigException.class)
                        .hasMessageContaining(AvroConfig.VALUE_TYPE);
            }
        }
    }

    private byte[] write(GenerationRequested request) {
        return serde.serializer().serialize(TOPIC, request);
    }

    private GenerationRequested read(byte[] bytes) {
        return serde.deserializer().deserialize(TOPIC, bytes);
    }
}
