package dev.sluice.stream;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Dead letters since the worker started, by what was wrong. Stream threads count, any thread reads. */
public final class DeadLetterCounts {
    /** A key of the configuration that Streams hands to its handlers. */
    static final String KEY = "sluice.dead-letter.counts";

    private final LongAdder undecodable = new LongAdder();
    private final LongAdder unanswerable = new LongAdder();

    /** The counts that the configuration names, or others that nobody reads. */
    static DeadLetterCounts in(Map<String, ?> configs) {
        return configs.get(KEY) instanceof DeadLetterCounts counts ? counts : new DeadLetterCounts();
    }

    /** Records whose bytes no schema explains. */
    public long undecodable() {
        return undecodable.sum();
    }

    /** Records that could be read and have nobody to be answered to. */
    public long unanswerable() {
        return unanswerable.sum();
    }

    void count(Exception reason) {
        (reason instanceof DeadLetterException ? unanswerable : undecodable).increment();
    }
}
