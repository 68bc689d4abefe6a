package dev.sluice.bench;

import dev.sluice.engine.scheduling.BatchSizes;

/** How many images that take their steps together fill batches. */
final class FullBatches {
    private FullBatches() {}

    /**
     * The least number of images that fills batches of both networks without a remainder, and twice over, so that one
     * half is in a batch while the other takes its step.
     */
    static int images(BatchSizes rows) {
        int a = rows.denoiser();
        int b = rows.guide();
        while (b != 0) {
            int rest = a % b;
            a = b;
            b = rest;
        }
        return 2 * rows.denoiser() / a * rows.guide();
    }

    /** The same batch sizes, capped at {@code most}. */
    static BatchSizes atMost(int most, BatchSizes rows) {
        return new BatchSizes(Math.min(rows.denoiser(), most), Math.min(rows.guide(), most));
    }
}
