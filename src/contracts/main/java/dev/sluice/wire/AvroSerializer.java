package dev.sluice.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes generated records in the Confluent wire format, under the subject {@code <topic>-value}. May be named by class in a
 * Kafka client's configuration; the keys are {@link AvroConfig}'s. A producer may call it from many threads: each has its
 * own encoder.
 *
 * <p>Fails with {@link SchemaRejectedException} where the registry refuses the schema, and with {@link
 * RegistryUnavailableException} where it can't be reached.
 */
public final class AvroSerializer<T extends SpecificRecord> implements Serializer<T> {
    private final ThreadLocal<Buffer> buffers = ThreadLocal.withInitial(Buffer::new);

    /** Set before use, by the constructor or by {@link #configure}, in the thread that builds the client. */
    private @Nullable SchemaRegistry registry;

    private boolean autoRegister = true;
    private boolean ownsRegistry;

    /** Made by Kafka, which calls {@link #configure} next. */
    public AvroSerializer() {}

    /** Registers what the registry lacks. The caller closes the registry. */
    public AvroSerializer(SchemaRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        if (isKey) {
            throw new IllegalArgumentException("keys are UTF-8 strings; this serializer is for values");
        }
        if (registry == null) {
            AvroConfig config = AvroConfig.of(configs);
            registry = config.connect(RegistryCounts.in(configs));
            autoRegister = config.autoRegister();
            ownsRegistry = true;
        }
    }

    @Override
    public byte @Nullable [] serialize(String topic, @Nullable T data) {
        if (data == null) {
            return null;
        }
        SchemaRegistry ids = Objects.requireNonNull(registry, "configure first");
        Schema schema = data.getSchema();
        String subject = Subject.nameOf(topic);
        int id = autoRegister ? ids.register(subject, schema) : ids.idOf(subject, schema);
        try {
            return buffers.get().encode(id, data);
        } catch (IOException | RuntimeException e) {
            throw new SerializationException("can't write " + schema.getFullName() + " for topic " + topic, e);
        }
    }

    @Override
    public void close() {
        if (ownsRegistry && registry != null) {
            registry.close();
        }
    }

    /** One thread's buffer and encoder. */
    private static final class Buffer {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        private final BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);

        byte[] encode(int schemaId, SpecificRecord data) throws IOException {
            bytes.reset();
            bytes.writeBytes(ConfluentWireFormat.header(schemaId));
            // A record that failed half-way may have left bytes in the encoder.
            BinaryEncoder clean = EncoderFactory.get().binaryEncoder(bytes, encoder);
            SpecificData model = SpecificData.getForClass(data.getClass());
            new SpecificDatumWriter<>(data.getSchema(), model).write(data, clean);
            clean.flush();
            return bytes.toByteArray();
        }
    }
}
