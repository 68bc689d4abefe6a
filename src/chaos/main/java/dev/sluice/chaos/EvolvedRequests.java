package dev.sluice.chaos;

import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.wire.AvroSerializer;
import dev.sluice.wire.SchemaRegistry;
import dev.sluice.wire.Topics;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.avro.Schema;

/**
 * Requests of a publisher that runs ahead of the workers: each is written with a newer schema of its own, which has a field
 * more at its end. Confined to the thread that strikes.
 */
final class EvolvedRequests {
    private static final int HEADER = 5;

    private final ChaosTraffic traffic;
    private final SchemaRegistry registry;
    private final Topics topics;
    private int version;

    /** @param registry the real one, which knows a schema before the record is out */
    EvolvedRequests(ChaosTraffic traffic, SchemaRegistry registry, Topics topics) {
        this.traffic = traffic;
        this.registry = registry;
        this.topics = topics;
    }

    /** Publishes a request with a schema that nobody has used before. */
    void publish(Publisher publisher) {
        GenerationRequested event = traffic.sound().build();
        publisher.publish(Delivery.request(event, ChaosTraffic.SOUND), bytes(event), topics.requests());
    }

    private byte[] bytes(GenerationRequested event) {
        int id = registry.register(topics.requests() + "-value", newer());
        try (AvroSerializer<GenerationRequested> values = new AvroSerializer<>(registry)) {
            byte[] usual = Objects.requireNonNull(values.serialize(topics.requests(), event));
            // The new field is the last one, and its 0 is one byte 0.
            byte[] evolved = Arrays.copyOf(usual, usual.length + 1);
            ByteBuffer.wrap(evolved, 1, HEADER - 1).putInt(id);
            return evolved;
        }
    }

    private Schema newer() {
        Schema usual = GenerationRequested.getClassSchema();
        List<Schema.Field> fields = usual.getFields().stream()
                .map(field -> new Schema.Field(field, field.schema()))
                .collect(Collectors.toList());
        fields.add(new Schema.Field("extra" + ++version, Schema.create(Schema.Type.INT), "Of tomorrow.", 0));
        return Schema.createRecord(usual.getName(), usual.getDoc(), usual.getNamespace(), false, fields);
    }
}
