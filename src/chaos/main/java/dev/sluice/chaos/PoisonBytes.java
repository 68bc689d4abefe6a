package dev.sluice.chaos;

import dev.sluice.events.v1.GenerationCancelled;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.wire.AvroSerializer;
import dev.sluice.wire.Topics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** Makes the bytes of poison, from records that would be sound. */
final class PoisonBytes {
    private static final int LONG = 10_000_000;
    /** Magic byte and schema id. */
    private static final int HEADER = 5;

    private final AvroSerializer<SpecificRecord> values;
    private final Topics topics;
    private final SplittableRandom random;

    PoisonBytes(AvroSerializer<SpecificRecord> values, Topics topics, SplittableRandom random) {
        this.values = values;
        this.topics = topics;
        this.random = random;
    }

    /** The value of a record in the request topic; null for a record without one. */
    byte @Nullable [] of(Poison poison) {
        return switch (poison) {
            case NOTHING -> null;
            case RANDOM_BYTES -> random(random.nextInt(1, 200));
            case TRUNCATED -> Arrays.copyOf(request("cut"), HEADER + random.nextInt(1, 20));
            case LONG_STRING -> request("x".repeat(LONG));
            // A request ends with its tags, a map: an empty one is the single byte 0, and here it is a huge count.
            case HUGE_ARRAY -> endingWith(Integer.MAX_VALUE - 8L);
            case ENDLESS_ARRAY -> endingWith(repeated(1000, 100_000));
            case WRONG_TYPE ->
                bytes(
                        topics.cancellations(),
                        GenerationCancelled.newBuilder()
                                .setRequestId("wrong-type")
                                .build());
            case UNKNOWN_SCHEMA -> unknownSchema();
            case WRONG_KEY -> request("another-id");
        };
    }

    private byte[] unknownSchema() {
        byte[] request = request("unknown");
        request[1] = 0x7f;
        return request;
    }

    private byte[] endingWith(long... counts) {
        byte[] sound = request("long");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(sound, 0, sound.length - 1);
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        try {
            for (long count : counts) {
                encoder.writeLong(count);
            }
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static long[] repeated(long count, int times) {
        long[] counts = new long[times];
        Arrays.fill(counts, count);
        return counts;
    }

    private byte[] random(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private byte[] request(String id) {
        return bytes(
                topics.requests(),
                GenerationRequested.newBuilder()
                        .setRequestId(id)
                        .setTenantId("poison")
                        .setModel("none")
                        .build());
    }

    private byte[] bytes(String topic, SpecificRecord record) {
        return Objects.requireNonNull(values.serialize(topic, record));
    }
}
