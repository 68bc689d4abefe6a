package dev.sluice.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/** Contracts as earlier and later versions may have them, and records written with them. */
public final class SchemaEdits {
    private SchemaEdits() {}

    public static Schema without(Schema schema, String... fields) {
        Set<String> gone = Set.of(fields);
        return record(schema, schema.getFields().stream().filter(field -> !gone.contains(field.name())));
    }

    public static Schema with(Schema schema, String fieldJson) {
        Schema donor = new Schema.Parser()
                .parse("{\"type\": \"record\", \"name\": \"Donor\", \"fields\": [" + fieldJson + "]}");
        return record(schema, Stream.concat(schema.getFields().stream(), donor.getFields().stream()));
    }

    /** The schema with this field as its last. */
    public static Schema withLast(Schema schema, String name) {
        return record(
                schema,
                Stream.concat(
                        schema.getFields().stream()
                                .filter(field -> !field.name().equals(name)),
                        Stream.of(schema.getField(name))));
    }

    /** A copy of the field with another type. */
    public static Schema withType(Schema schema, String name, Schema type) {
        return record(
                schema,
                schema.getFields().stream()
                        .map(field -> field.name().equals(name)
                                ? new Schema.Field(name, type, field.doc(), field.defaultVal())
                                : field));
    }

    private static Schema record(Schema like, Stream<Schema.Field> fields) {
        List<Schema.Field> copies =
                fields.map(field -> new Schema.Field(field, field.schema())).toList();
        return Schema.createRecord(like.getName(), like.getDoc(), like.getNamespace(), false, copies);
    }

    /** The record in the Confluent wire format, its schema registered. */
    public static byte[] bytes(SchemaRegistry registry, String topic, GenericRecord record) {
        int id = registry.register(topic + "-value", record.getSchema());
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(ConfluentWireFormat.header(id));
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        try {
            new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
