package dev.sluice.stream;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.RecordDeserializationException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts records to size while a consumer parses them, so that what a poll returns and Streams keeps is small whatever
 * compression made of it. What was cut is told by a {@link Cut} among the headers. Parsing itself holds two inflated
 * records, the one before and the next; of two giants only one.
 *
 * <p>Used by the thread that polls.
 */
final class Arrivals {
    /** A number of headers that can't fit into a {@link HeaderBudget}. Each of them is an object. */
    private static final int MANY_HEADERS = HeaderBudget.MAX_BYTES / 10;

    private static final int MUCH = 1 << 20;
    /** What comes before the key, or before the value where there is no key: attributes, two deltas, two lengths. */
    private static final int LONGEST_START = 32;

    private final ArrivalLimits limits;
    /** Headers of the one record in this poll that will be cut when the poll returns. */
    private @Nullable Headers heavy;

    Arrivals(ArrivalLimits limits) {
        this.limits = limits;
    }

    /** Ends a poll before a giant, for which {@link #alone} then stands in. */
    static final class GiantException extends SerializationException {
        private static final long serialVersionUID = 1L;

        GiantException(String message) {
            super(message);
        }
    }

    /** Must be called after each poll. */
    void pollEnded() {
        heavy = null;
    }

    Deserializer<byte[]> keys() {
        return new CutToSize(limits.keyBytes(), Cut.Key::new);
    }

    Deserializer<byte[]> values() {
        return new CutToSize(limits.valueBytes(), Cut.Value::new);
    }

    /** The record that a poll failed at, cut to size. Headers that may be gigantic are not even looked at. */
    ConsumerRecord<byte[], byte[]> alone(RecordDeserializationException failure) {
        ByteBuffer key = failure.keyBuffer();
        ByteBuffer value = failure.valueBuffer();
        int keyBytes = size(key);
        int valueBytes = size(value);
        Headers headers = haveRoom(key == null ? value : key, Math.max(0, keyBytes) + (long) Math.max(0, valueBytes))
                ? dropped(failure.headers())
                : fitting(failure.headers());
        return new ConsumerRecord<>(
                failure.topicPartition().topic(),
                failure.topicPartition().partition(),
                failure.offset(),
                failure.timestamp(),
                failure.timestampType(),
                keyBytes,
                valueBytes,
                cut(key, limits.keyBytes(), Cut.Key::new, headers),
                cut(value, limits.valueBytes(), Cut.Value::new, headers),
                headers,
                Optional.empty());
    }

    /** The record itself, or a copy with fewer headers. */
    ConsumerRecord<byte[], byte[]> withFittingHeaders(ConsumerRecord<byte[], byte[]> record) {
        return isHeavy(record.headers())
                ? new ConsumerRecord<>(
                        record.topic(),
                        record.partition(),
                        record.offset(),
                        record.timestamp(),
                        record.timestampType(),
                        record.serializedKeySize(),
                        record.serializedValueSize(),
                        record.key(),
                        record.value(),
                        fitting(record.headers()),
                        record.leaderEpoch())
                : record;
    }

    private static int size(@Nullable ByteBuffer bytes) {
        return bytes == null ? ConsumerRecord.NULL_SIZE : bytes.remaining();
    }

    /**
     * Whether a record takes a good part of the heap, as far as its first part tells: a compressed record is inflated into
     * an array of its own, others share that of the whole fetch.
     */
    @SuppressWarnings("ByteBufferBackingArray") // Only its length counts: what the slice keeps alive.
    private boolean isGiant(ByteBuffer first) {
        return first.remaining() >= limits.giantBytes()
                || (ownsArray(first) && first.array().length >= limits.giantBytes());
    }

    private static boolean ownsArray(ByteBuffer first) {
        return first.hasArray() && first.arrayOffset() + first.position() <= LONGEST_START;
    }

    /** Whether the headers of a record may take much memory beside its key and value. */
    @SuppressWarnings("ByteBufferBackingArray") // As above.
    private static boolean haveRoom(@Nullable ByteBuffer first, long keyAndValueBytes) {
        return first != null && ownsArray(first) && first.array().length - keyAndValueBytes > MUCH;
    }

    private static boolean isHeavy(Headers headers) {
        HeaderBudget budget = new HeaderBudget();
        int count = 0;
        for (Header header : headers) {
            if (++count > MANY_HEADERS || (!(header instanceof Cut) && !budget.admits(header))) {
                return true;
            }
        }
        return false;
    }

    private static Headers fitting(Headers headers) {
        HeaderBudget budget = new HeaderBudget();
        List<Header> kept = new ArrayList<>();
        int count = 0;
        int noted = 0;
        for (Header header : headers) {
            count++;
            if (header instanceof Cut) {
                noted++;
                kept.add(header);
            } else if (count <= MANY_HEADERS && budget.admits(header)) {
                kept.add(header);
            }
        }
        int dropped = count - kept.size();
        return noted == count || dropped == 0
                ? new RecordHeaders(kept)
                : new RecordHeaders(kept).add(new Cut.HeadersDropped(dropped));
    }

    private static Headers dropped(Headers headers) {
        int count = 0;
        for (Header unused : headers) {
            count++;
        }
        Headers none = new RecordHeaders();
        return count == 0 ? none : none.add(new Cut.HeadersDropped(count));
    }

    private static byte @Nullable [] cut(
            @Nullable ByteBuffer bytes, int most, BiFunction<Integer, String, Cut> note, Headers headers) {
        if (bytes == null) {
            return null;
        }
        byte[] kept = new byte[Math.min(most, bytes.remaining())];
        bytes.duplicate().get(kept);
        if (bytes.remaining() > most) {
            headers.add(note.apply(bytes.remaining(), Cut.sha256(bytes)));
        }
        return kept;
    }

    private final class CutToSize implements Deserializer<byte[]> {
        private final int most;
        private final BiFunction<Integer, String, Cut> note;

        CutToSize(int most, BiFunction<Integer, String, Cut> note) {
            this.most = most;
            this.note = note;
        }

        @Override
        public byte @Nullable [] deserialize(String topic, byte @Nullable [] data) {
            return data;
        }

        /** Leaves the buffer's position alone, from which the consumer tells the whole length. */
        @Override
        @SuppressWarnings("ReferenceEquality") // The same record's headers come with its key and with its value.
        public byte @Nullable [] deserialize(String topic, Headers headers, @Nullable ByteBuffer data) {
            if (data != null && isGiant(data)) {
                throw new GiantException("a giant, which is read by itself");
            }
            if (isHeavy(headers)) {
                if (heavy != null && heavy != headers) {
                    throw new SerializationException("large headers; the record is read in the next poll");
                }
                heavy = headers;
            }
            return cut(data, most, note, headers);
        }

        /** Kafka logs this where a record is put off. */
        @Override
        public String toString() {
            return "large records are read one by one";
        }
    }
}
