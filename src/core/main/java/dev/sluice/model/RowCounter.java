package dev.sluice.model;

import java.util.concurrent.atomic.LongAdder;

/** Counts calls and rows at a module's door, independently of what the engine believes. Written by the calling thread, read by any. */
public final class RowCounter {
    private final LongAdder calls = new LongAdder();
    private final LongAdder used = new LongAdder();
    private final LongAdder padding = new LongAdder();

    /** Calls so far. */
    public long calls() {
        return calls.sum();
    }

    /** Rows so far, padding left out. */
    public long used() {
        return used.sum();
    }

    /** Rows so far that were padding. */
    public long padding() {
        return padding.sum();
    }

    RowFunction counting(RowFunction network) {
        return rows -> {
            calls.increment();
            used.add(rows.used());
            padding.add(rows.rows() - rows.used());
            return network.evaluate(rows);
        };
    }
}
