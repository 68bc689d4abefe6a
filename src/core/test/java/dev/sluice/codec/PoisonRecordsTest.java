package dev.sluice.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.sun.management.ThreadMXBean;
import dev.sluice.events.v1.GenerationCancelled;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.wire.AvroDeserializer;
import dev.sluice.wire.AvroSerializer;
import dev.sluice.wire.ConfluentWireFormat;
import dev.sluice.wire.ContentHash;
import dev.sluice.wire.HostileSchemas;
import dev.sluice.wire.InMemorySchemaRegistry;
import dev.sluice.wire.RequestLimits;
import dev.sluice.wire.SchemaEdits;
import dev.sluice.wire.UndecodableException;
import dev.sluice.wire.UndecodableException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes that somebody else picked: each ends in one kind of exception, and none makes the worker allocate at will. */
class PoisonRecordsTest {
    private static final String TOPIC = "generation.requests";
    private static final long ALLOCATION_BOUND = 32L << 20;
    private static final int HUGE = Integer.MAX_VALUE - 8;

    private static final InMemorySchemaRegistry REGISTRY = new InMemorySchemaRegistry();
    private static final int REQUEST_ID = REGISTRY.register(TOPIC + "-value", GenerationRequested.getClassSchema());

    private final AvroDeserializer<GenerationRequested> deserializer =
            new AvroDeserializer<>(REGISTRY, GenerationRequested.class);

    static Stream<Arguments> poison() throws IOException {
        byte[] valid = valid();
        int cancelled = REGISTRY.register("generation.cancellations-value", GenerationCancelled.getClassSchema());
        int text = REGISTRY.register("text-value", Schema.create(Schema.Type.STRING));
        int namesake = REGISTRY.register(
                "namesake-value",
                SchemaBuilder.record("GenerationRequested").fields().endRecord());
        int stranger = REGISTRY.register("stranger-value", withModelOfAnotherType());
        byte[] wrongMagic = valid.clone();
        wrongMagic[0] = 1;
        return Stream.of(
                arguments("empty", new byte[0], Reason.TOO_SHORT),
                arguments("half a header", new byte[] {0, 0, 0}, Reason.TOO_SHORT),
                arguments("JSON", "{\"requestId\": \"r-1\"}".getBytes(StandardCharsets.UTF_8), Reason.WRONG_MAGIC),
                arguments("wrong magic", wrongMagic, Reason.WRONG_MAGIC),
                arguments(
                        "longer than allowed", new byte[RequestLimits.DEFAULT.maxMessageBytes() + 1], Reason.TOO_LONG),
                arguments("unknown schema", payload(77, 0), Reason.UNKNOWN_SCHEMA),
                arguments("negative id", payload(-1, 0), Reason.UNKNOWN_SCHEMA),
                arguments("another event", payload(cancelled, 0, 0), Reason.WRONG_TYPE),
                arguments("no record", payload(text, 0), Reason.WRONG_TYPE),
                arguments("a namesake elsewhere", payload(namesake), Reason.WRONG_TYPE),
                arguments("incompatible types", payload(stranger, 0, 0, 0), Reason.INCOMPATIBLE_SCHEMA),
                arguments("header only", payload(REQUEST_ID), Reason.MALFORMED),
                arguments("trailing byte", Arrays.copyOf(valid, valid.length + 1), Reason.TRAILING_BYTES),
                arguments("string of huge length", payload(REQUEST_ID, HUGE), Reason.MALFORMED),
                arguments("string of impossible length", payload(REQUEST_ID, Long.MAX_VALUE), Reason.MALFORMED),
                arguments("string of negative length", payload(REQUEST_ID, -5), Reason.MALFORMED),
                arguments("map of huge count", endingWith(valid, HUGE), Reason.MALFORMED),
                arguments("map of impossible count", endingWith(valid, Long.MAX_VALUE), Reason.MALFORMED),
                arguments("array of huge count", endingWith(validWithTimestepsLast(), HUGE), Reason.MALFORMED));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("poison")
    void isUndecodableForOneReason(String name, byte[] bytes, Reason reason) {
        long before = allocated();
        Throwable thrown = catchThrowable(() -> deserializer.deserialize(TOPIC, bytes));
        long spent = allocated() - before;
        UndecodableException undecodable = assertInstanceOf(UndecodableException.class, thrown, name);
        assertThat(undecodable).isInstanceOf(SerializationException.class).hasMessageStartingWith(reason.name());
        assertThat(undecodable.reason()).isEqualTo(reason);
        assertThat(spent).isLessThan(ALLOCATION_BOUND);
    }

    static Stream<Arguments> hostileSchemas() {
        return HostileSchemas.all().entrySet().stream().map(entry -> arguments(entry.getKey(), entry.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostileSchemas")
    @Timeout(10)
    void isUndecodableBeforeAHostileSchemaCostsAnything(String name, Schema schema) throws IOException {
        int id = REGISTRY.register(name, schema);
        // A count of 2^40 items, or as many levels as there are bytes.
        for (byte[] record : List.of(payload(id, 1L << 40), deep(id))) {
            isUndecodableForOneReason(name, record, Reason.UNREADABLE_SCHEMA);
        }
    }

    @Test
    void isUndecodableWithoutAllocatingWhatABinaryFieldAnnounces() throws IOException {
        Schema binary = SchemaEdits.withType(
                GenerationRequested.getClassSchema(), "requestId", Schema.create(Schema.Type.BYTES));
        int id = REGISTRY.register("binary-value", binary);
        isUndecodableForOneReason("bytes of huge length", payload(id, HUGE), Reason.MALFORMED);
        isUndecodableForOneReason("bytes of negative length", payload(id, -7), Reason.MALFORMED);
    }

    @Test
    void isUndecodableForATextOfTenMegabytes() throws IOException {
        byte[] long10 =
                write(SampleRequests.plain().setModel("x".repeat(10 << 20)).build());
        isUndecodableForOneReason("ten megabytes", long10, Reason.TOO_LONG);
    }

    private static byte[] deep(int id) throws IOException {
        byte[] record = new byte[RequestLimits.DEFAULT.maxMessageBytes()];
        Arrays.fill(record, (byte) 2);
        System.arraycopy(payload(id), 0, record, 0, ConfluentWireFormat.HEADER_LENGTH);
        return record;
    }

    @Test
    void isUndecodableWhereverItIsCutOff() throws IOException {
        byte[] valid = valid();
        for (int length = 0; length < valid.length; length++) {
            byte[] cut = Arrays.copyOf(valid, length);
            assertThat(catchThrowable(() -> deserializer.deserialize(TOPIC, cut)))
                    .as("the first %d of %d bytes", length, valid.length)
                    .isInstanceOf(UndecodableException.class);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void isReadOrUndecodableWhateverBytesChange(long seed) {
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 1000; round++) {
            byte[] bytes = write(new RequestEncoder().encode(SampleRequests.random(random.nextLong())));
            for (int flips = random.nextInt(1, 5); flips > 0; flips--) {
                bytes[random.nextInt(ConfluentWireFormat.HEADER_LENGTH, bytes.length)] = (byte) random.nextInt();
            }
            long before = allocated();
            Throwable thrown = catchThrowable(() -> {
                GenerationRequested read = Objects.requireNonNull(deserializer.deserialize(TOPIC, bytes));
                new RequestDecoder().decode(read);
                ContentHash.of(read);
            });
            if (thrown != null) {
                assertThat(thrown).as("round %d", round).isInstanceOf(UndecodableException.class);
            }
            assertThat(allocated() - before).as("round %d", round).isLessThan(ALLOCATION_BOUND);
        }
    }

    private static byte[] valid() throws IOException {
        return write(SampleRequests.plain().build());
    }

    private static byte[] write(GenerationRequested request) {
        try (var serializer = new AvroSerializer<GenerationRequested>(REGISTRY)) {
            return Objects.requireNonNull(serializer.serialize(TOPIC, request));
        }
    }

    private static Schema withModelOfAnotherType() {
        return SchemaEdits.withType(GenerationRequested.getClassSchema(), "model", Schema.create(Schema.Type.LONG));
    }

    /** Written by a schema that has {@code guidance.schedule.timesteps} at its very end, where an empty array is one byte. */
    private static byte[] validWithTimestepsLast() {
        Schema request = GenerationRequested.getClassSchema();
        Schema guidance = SchemaEdits.withLast(request.getField("guidance").schema(), "schedule");
        Schema reordered = SchemaEdits.withLast(SchemaEdits.withType(request, "guidance", guidance), "guidance");
        GenericRecord record = new GenericRecordBuilder(reordered)
                .set("requestId", "r-1")
                .set("tenantId", "acme")
                .set("model", "shapes-32")
                .build();
        return SchemaEdits.bytes(REGISTRY, "reordered", record);
    }

    private static byte[] payload(int schemaId, long... numbers) throws IOException {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(ConfluentWireFormat.header(schemaId));
        bytes.writeBytes(varints(numbers));
        return bytes.toByteArray();
    }

    private static byte[] endingWith(byte[] record, long number) throws IOException {
        byte[] end = varints(number);
        byte[] bytes = Arrays.copyOf(record, record.length - 1 + end.length);
        System.arraycopy(end, 0, bytes, record.length - 1, end.length);
        return bytes;
    }

    private static byte[] varints(long... numbers) throws IOException {
        var bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        for (long number : numbers) {
            encoder.writeLong(number);
        }
        encoder.flush();
        return bytes.toByteArray();
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
