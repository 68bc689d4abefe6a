package dev.sluice.storage;

import java.util.concurrent.atomic.LongAdder;

/** Counts a store's attempts since it was opened. Any thread may count and read. */
public final class StorageCounters {
    private final LongAdder attempts = new LongAdder();
    private final LongAdder retries = new LongAdder();
    private final LongAdder failures = new LongAdder();

    void attempted() {
        attempts.increment();
    }

    void retried() {
        retries.increment();
    }

    void failed() {
        failures.increment();
    }

    /** Attempts at calls, first ones and later ones. */
    public long attempts() {
        return attempts.sum();
    }

    /** Attempts that failed and were followed by another. */
    public long retries() {
        return retries.sum();
    }

    /** Calls that were given up or refused. */
    public long failures() {
        return failures.sum();
    }
}
