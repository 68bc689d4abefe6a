package dev.sluice.stream;

import dev.sluice.state.v1.PendingRequest;
import dev.sluice.state.v1.SettledRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.jspecify.annotations.Nullable;

/**
 * Serdes for the state stores: Avro's single-object encoding, which puts the fingerprint of the writer's schema in front. A
 * worker of a later version reads what an earlier one left in the changelog, given the schema that it was written with.
 */
public final class StateSerdes {
    /** Schemas of earlier versions, in Avro's canonical form, as the contract was each time when it changed. */
    private static final List<String> EARLIER_PENDING =
            List.of("PendingRequest-0.1.0.json", "PendingRequest-before-bundle-defaults.json");

    private StateSerdes() {}

    public static Serde<PendingRequest> pendingRequests() {
        return singleObject(
                PendingRequest.class,
                EARLIER_PENDING.stream().map(StateSerdes::earlier).toList());
    }

    private static Schema earlier(String resource) {
        try (InputStream schema = StateSerdes.class.getResourceAsStream(resource)) {
            return new Schema.Parser().parse(Objects.requireNonNull(schema, resource));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Serde<SettledRequest> settledRequests() {
        return singleObject(SettledRequest.class, List.of());
    }

    /**
     * A serde that writes the class's schema and reads the earlier ones too.
     *
     * @param earlier schemas that entries of earlier versions were written with
     */
    static <T extends SpecificRecord> Serde<T> singleObject(Class<T> type, List<Schema> earlier) {
        SpecificData model = SpecificData.getForClass(type);
        Schema schema = model.getSchema(type);
        var encoder = new BinaryMessageEncoder<T>(model, schema);
        var decoder = new BinaryMessageDecoder<T>(model, schema);
        earlier.forEach(decoder::addSchema);
        return Serdes.serdeFrom(
                (topic, value) -> encoded(encoder, value), (topic, bytes) -> decoded(decoder, schema, bytes));
    }

    private static <T> byte @Nullable [] encoded(BinaryMessageEncoder<T> encoder, @Nullable T value) {
        if (value == null) {
            return null;
        }
        try {
            ByteBuffer buffer = encoder.encode(value);
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return bytes;
        } catch (IOException | RuntimeException e) {
            throw new SerializationException("can't write a store's entry", e);
        }
    }

    private static <T> @Nullable T decoded(BinaryMessageDecoder<T> decoder, Schema schema, byte @Nullable [] bytes) {
        if (bytes == null) {
            return null;
        }
        try {
            return decoder.decode(bytes);
        } catch (IOException | RuntimeException e) {
            throw new SerializationException("can't read a store's entry as " + schema.getFullName(), e);
        }
    }
}
