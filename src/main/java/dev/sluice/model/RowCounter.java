package dev.sluice.model;

import java.nio.FloatBuffer;
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

    /** Rows so far that were somebody's. */
    public long used() {
        return used.sum();
    }

    /** Rows so far that were padding. */
    public long padding() {
        return padding.sum();
    }

    Denoiser countingDenoiser(Denoiser denoiser) {
        return new Denoiser() {
            @Override
            public FloatBuffer evaluate(RowBuffers rows) {
                count(rows);
                return denoiser.evaluate(rows);
            }

            @Override
            public void close() {
                denoiser.close();
            }
        };
    }

    Guide countingGuide(Guide guide) {
        return new Guide() {
            @Override
            public Guidance evaluate(RowBuffers rows) {
                count(rows);
                return guide.evaluate(rows);
            }

            @Override
            public void close() {
                guide.close();
            }
        };
    }

    private void count(RowBuffers rows) {
        calls.increment();
        used.add(rows.used());
        padding.add(rows.rowsPerCall() - rows.used());
    }
}
