package dev.sluice.stream;

import dev.sluice.wire.RequestLimits;

/**
 * How much of a record is kept in memory from its arrival on. Cut is only what is refused for its length anyway.
 *
 * @param keyBytes of a key
 * @param valueBytes of a value
 * @param giantBytes a record that inflates to this much is read by itself
 */
record ArrivalLimits(int keyBytes, int valueBytes, long giantBytes) {
    /** Smallest size of a giant. It is more than a fetch of many small records takes ({@code fetch.max.bytes}). */
    private static final long LEAST_GIANT = 64 << 20;

    private static final int HEAP_SHARE = 8;
    /** Longest UTF-8 of a UTF-16 code unit. */
    private static final int UTF8_BYTES = 3;

    /** @param heapBytes that the process may use */
    static ArrivalLimits of(RequestLimits limits, long heapBytes) {
        return new ArrivalLimits(
                Math.max(DeadLetters.MAX_KEY_BYTES, UTF8_BYTES * limits.maxIdLength() + 1),
                Math.max(limits.maxMessageBytes() + 1, limits.maxDeadLetterBytes()),
                Math.max(LEAST_GIANT, heapBytes / HEAP_SHARE));
    }
}
