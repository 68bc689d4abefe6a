package dev.sluice.stream;

import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Headers of a record that was handed to its key's partition: where it came from and when it was published. A publisher who
 * writes them himself spoils the ages in the metrics of his own request, and nothing else: they route nothing.
 */
final class RoutingMark {
    /** Partition and offset, such as {@code 3-1742}. */
    static final String FROM = "sluice.routed-from";
    /** The record's first timestamp, in milliseconds since 1970. */
    static final String TIMESTAMP = "sluice.routed-timestamp";

    private static final int LONGEST_NUMBER = 19;

    private RoutingMark() {}

    /** The headers with the mark. A record that is handed on once more keeps its first timestamp. */
    static Headers on(Headers headers, RecordMetadata from, long timestamp) {
        Headers marked = new RecordHeaders(headers);
        OptionalLong first = publishedAt(headers);
        put(marked, FROM, from.partition() + "-" + from.offset());
        put(marked, TIMESTAMP, String.valueOf(first.orElse(timestamp)));
        return marked;
    }

    /** When a routed record was published; empty for any other, and where the header has no time. */
    static OptionalLong publishedAt(Headers headers) {
        Header timestamp = headers.lastHeader(TIMESTAMP);
        if (headers.lastHeader(FROM) == null
                || timestamp == null
                || timestamp.value() == null
                || timestamp.value().length > LONGEST_NUMBER) {
            return OptionalLong.empty();
        }
        try {
            long millis = Long.parseLong(new String(timestamp.value(), StandardCharsets.UTF_8));
            return millis < 0 ? OptionalLong.empty() : OptionalLong.of(millis);
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private static void put(Headers headers, String name, String value) {
        headers.remove(name).add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
