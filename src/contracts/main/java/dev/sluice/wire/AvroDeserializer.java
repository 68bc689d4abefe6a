package dev.sluice.wire;

import dev.sluice.wire.UndecodableException.Reason;
import java.io.EOFException;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.AvroTypeException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads records in the Confluent wire format: written with the schema that the header names, resolved to that of the
 * generated class. May be named by class in a Kafka client's configuration, with {@link AvroConfig#VALUE_TYPE} naming the
 * record type. May be called by many threads.
 *
 * <p>Bytes that can't be read are always an {@link UndecodableException}. Their cost is bounded by their own length:
 * Avro checks each announced length against the bytes that are left, and {@link WriterSchemaCheck} refuses schemas for
 * which that bounds nothing. A registry that can't be reached is a {@link RegistryUnavailableException}.
 */
public final class AvroDeserializer<T extends SpecificRecord> implements Deserializer<T> {
    private static final int MAX_WRITER_SCHEMAS = 200;
    private static final int MAX_REASON_LENGTH = 500;

    private final RecentlyUsed<Integer, DatumReader<T>> readers = new RecentlyUsed<>(MAX_WRITER_SCHEMAS);

    /** The fields below are set before use, by a constructor or by {@link #configure}, in the thread that builds the client. */
    private @Nullable SchemasById schemas;

    private @Nullable Class<T> type;
    private int maxMessageBytes = RequestLimits.DEFAULT.maxMessageBytes();

    /** The registry that it connected itself, and closes. */
    private @Nullable WriterSchemas own;

    /** Made by Kafka, which calls {@link #configure} next. */
    public AvroDeserializer() {}

    /** Reads this type; {@link #configure} comes next. */
    public AvroDeserializer(Class<T> type) {
        this.type = type;
    }

    /** Reads this type. The caller closes the registry. */
    public AvroDeserializer(SchemaRegistry registry, Class<T> type) {
        this.schemas = registry;
        this.type = type;
    }

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        if (isKey) {
            throw new IllegalArgumentException("keys are UTF-8 strings; this deserializer is for values");
        }
        if (schemas == null) {
            AvroConfig config = AvroConfig.of(configs);
            if (type == null) {
                type = typeNamed(config.valueType()
                        .orElseThrow(() ->
                                new ConfigException(AvroConfig.VALUE_TYPE, null, "must name the record type to read")));
            }
            maxMessageBytes = config.maxMessageBytes();
            schemas = WriterSchemas.in(configs)
                    .<SchemasById>map(shared -> shared)
                    .orElseGet(() -> connected(config, configs));
        }
    }

    @Override
    public @Nullable T deserialize(String topic, byte @Nullable [] data) {
        if (data == null) {
            return null;
        }
        if (data.length > maxMessageBytes) {
            throw new UndecodableException(
                    Reason.TOO_LONG, data.length + " bytes; at most " + maxMessageBytes + " are read");
        }
        DatumReader<T> reader = reader(ConfluentWireFormat.schemaId(data));
        int length = data.length - ConfluentWireFormat.HEADER_LENGTH;
        BinaryDecoder decoder =
                DecoderFactory.get().binaryDecoder(data, ConfluentWireFormat.HEADER_LENGTH, length, null);
        T value = read(reader, decoder);
        requireEnd(decoder);
        return value;
    }

    @Override
    public void close() {
        if (own != null) {
            own.close();
        }
    }

    /**
     * Schemas from the configured registry. They are waited for where a registry that starts, or lags behind, says
     * "unknown" at first.
     */
    private WriterSchemas connected(AvroConfig config, Map<String, ?> configs) {
        own = WriterSchemas.of(config, RegistryCounts.in(configs));
        return own;
    }

    private DatumReader<T> reader(int schemaId) {
        return readers.get(schemaId).orElseGet(() -> readers.put(schemaId, newReader(schemaId)));
    }

    private DatumReader<T> newReader(int schemaId) {
        Class<T> wanted = Objects.requireNonNull(type, "configure first");
        SpecificData model = SpecificData.getForClass(wanted);
        Schema expected = model.getSchema(wanted);
        Schema written = Objects.requireNonNull(schemas, "configure first").schemaOf(schemaId);
        if (written.getType() != Schema.Type.RECORD || !written.getFullName().equals(expected.getFullName())) {
            throw new UndecodableException(
                    Reason.WRONG_TYPE,
                    "schema " + schemaId + " is " + written.getFullName() + ", not " + expected.getFullName());
        }
        WriterSchemaCheck.require(schemaId, written);
        return new SpecificDatumReader<>(written, expected, model);
    }

    private T read(DatumReader<T> reader, BinaryDecoder decoder) {
        try {
            return reader.read(null, decoder);
        } catch (AvroTypeException e) {
            throw new UndecodableException(Reason.INCOMPATIBLE_SCHEMA, describe(e), e);
        } catch (EOFException e) {
            throw new UndecodableException(Reason.MALFORMED, "ends before its last field", e);
        } catch (IOException | RuntimeException e) {
            // Bytes picked by somebody else can make the decoder fail in any way; none of them is worth a second try.
            throw new UndecodableException(Reason.MALFORMED, describe(e), e);
        }
    }

    private static String describe(Exception e) {
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        // Avro quotes whole schemas.
        return message.length() <= MAX_REASON_LENGTH ? message : message.substring(0, MAX_REASON_LENGTH) + "…";
    }

    private static void requireEnd(BinaryDecoder decoder) {
        boolean atEnd;
        try {
            atEnd = decoder.isEnd();
        } catch (IOException e) {
            throw new UndecodableException(Reason.MALFORMED, describe(e), e);
        }
        if (!atEnd) {
            throw new UndecodableException(Reason.TRAILING_BYTES, "bytes follow the record's last field");
        }
    }

    @SuppressWarnings("unchecked") // The caller chose T along with the configuration.
    private Class<T> typeNamed(String name) {
        try {
            Class<?> named = Class.forName(name, true, AvroDeserializer.class.getClassLoader());
            if (SpecificRecord.class.isAssignableFrom(named)) {
                return (Class<T>) named;
            }
        } catch (ClassNotFoundException e) {
            throw new ConfigException(AvroConfig.VALUE_TYPE, name, "is no class here");
        }
        throw new ConfigException(AvroConfig.VALUE_TYPE, name, "is not a generated record");
    }
}
