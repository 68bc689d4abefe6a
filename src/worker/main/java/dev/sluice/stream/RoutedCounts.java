package dev.sluice.stream;

import java.util.concurrent.atomic.LongAdder;

/** Records that were handed to the partition of their key, since the worker started. Stream threads count, any thread reads. */
public final class RoutedCounts {
    private final LongAdder routed = new LongAdder();

    /** Once their transactions were committed. */
    public long routed() {
        return routed.sum();
    }

    void count() {
        routed.increment();
    }
}
