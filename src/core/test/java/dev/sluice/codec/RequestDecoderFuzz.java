package dev.sluice.codec;

import dev.sluice.events.v1.GenerationCancelled;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.request.LimitCheck;
import dev.sluice.wire.AvroDeserializer;
import dev.sluice.wire.ConfluentWireFormat;
import dev.sluice.wire.ContentHash;
import dev.sluice.wire.HostileSchemas;
import dev.sluice.wire.InMemorySchemaRegistry;
import dev.sluice.wire.RequestLimits;
import dev.sluice.wire.SchemaEdits;
import dev.sluice.wire.UndecodableException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * What a fuzzer calls: a record's bytes, of the request topic and of the cancellation topic, all the way to the limits.
 * Each has to come to a value, to an {@link UndecodableException} or to a refusal. The registry knows schemas of well-meaning
 * writers, with ids from 1, and hostile ones after them.
 */
public final class RequestDecoderFuzz {
    private static final String TOPIC = "fuzzed";
    private static final InMemorySchemaRegistry REGISTRY = registry();
    private static final AvroDeserializer<GenerationRequested> REQUESTS =
            new AvroDeserializer<>(REGISTRY, GenerationRequested.class);
    private static final AvroDeserializer<GenerationCancelled> CANCELLATIONS =
            new AvroDeserializer<>(REGISTRY, GenerationCancelled.class);
    private static final RequestDecoder DECODER = new RequestDecoder();

    private RequestDecoderFuzz() {}

    /** Jazzer's first call: classes load before the clock of the first record runs. */
    public static void fuzzerInitialize() {
        fuzzerTestOneInput(ConfluentWireFormat.header(1));
    }

    /** Jazzer's entry; what it throws is a finding. */
    public static void fuzzerTestOneInput(byte[] record) {
        request(record);
        cancellation(record);
    }

    private static void request(byte[] record) {
        GenerationRequested event = decoded(REQUESTS, record);
        if (event == null) {
            return;
        }
        ContentHash.of(event);
        new LimitCheck(RequestLimits.DEFAULT).checkId(event.getRequestId());
        if (DECODER.decode(event) instanceof Decoded.Valid valid) {
            new LimitCheck(RequestLimits.DEFAULT).check(valid.request());
            if (!new RequestEncoder().encode(valid.request()).getRequestId().equals(event.getRequestId())) {
                throw new AssertionError("the request came back under another id");
            }
        }
    }

    private static void cancellation(byte[] record) {
        GenerationCancelled event = decoded(CANCELLATIONS, record);
        if (event != null) {
            new LimitCheck(RequestLimits.DEFAULT).checkCancellation(event.getRequestId(), event.getReason());
        }
    }

    private static <T extends SpecificRecord> @Nullable T decoded(AvroDeserializer<T> deserializer, byte[] record) {
        try {
            return deserializer.deserialize(TOPIC, record);
        } catch (UndecodableException expected) {
            return null;
        }
    }

    static InMemorySchemaRegistry registry() {
        Schema request = GenerationRequested.getClassSchema();
        InMemorySchemaRegistry registry = new InMemorySchemaRegistry();
        registry.register("current", request);
        registry.register("cancellation", GenerationCancelled.getClassSchema());
        registry.register("earlier", SchemaEdits.without(request, "tags", "deadline", "priority"));
        registry.register("later", SchemaEdits.with(request, """
                {"name": "notes", "type": {"type": "array", "items": {"type": "map", "values": "bytes"}}}"""));
        registry.register("reordered", SchemaEdits.withLast(SchemaEdits.withLast(request, "model"), "guidance"));
        registry.register("bytes for text", SchemaEdits.withType(request, "model", Schema.create(Schema.Type.BYTES)));
        registry.register("int for long", SchemaEdits.withType(request, "seed", Schema.create(Schema.Type.INT)));
        registry.register(
                "union",
                SchemaEdits.withType(
                        request,
                        "model",
                        SchemaBuilder.unionOf().nullType().and().stringType().endUnion()));
        registry.register("incompatible", SchemaEdits.withType(request, "model", Schema.create(Schema.Type.LONG)));
        registry.register("no record", Schema.create(Schema.Type.STRING));
        HostileSchemas.all().forEach(registry::register);
        return registry;
    }
}
