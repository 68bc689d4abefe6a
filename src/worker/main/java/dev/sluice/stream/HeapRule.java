package dev.sluice.stream;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whether what the brokers let through as it is, uncompressed or hardly compressed, fits into the heap: what was fetched,
 * and the one record of it that is read. What compression hides no setting tells; see {@code docs/limits.md}.
 */
final class HeapRule {
    /** Most bytes of a broker's answer, unless one batch is larger: Kafka's {@code fetch.max.bytes}. */
    static final long USUAL_FETCH_BYTES = 50 << 20;

    /** What a worker needs besides: half of a small heap. */
    private static final int SHARE = 2;

    private static final long MEBIBYTE = 1 << 20;

    private HeapRule() {}

    /**
     * What is wrong.
     *
     * @param largest longest batch that a topic takes, by the topics that a worker reads: {@code max.message.bytes}
     * @param fetchBytes of one answer
     * @param heapBytes that the process may use
     */
    static List<String> problems(Map<String, Long> largest, long fetchBytes, long heapBytes) {
        return new TreeMap<>(largest)
                .entrySet().stream()
                        .filter(topic -> Math.max(topic.getValue(), fetchBytes) + topic.getValue() > heapBytes / SHARE)
                        .map(topic -> "topics: " + topic.getKey() + " takes batches of " + topic.getValue()
                                + " bytes (max.message.bytes), and one, as it is fetched and as it is read, needs more than"
                                + " half of this worker's heap of " + heapBytes / MEBIBYTE
                                + " MiB: lower the one, or raise the other (-Xmx)")
                        .toList();
    }
}
