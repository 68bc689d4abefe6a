package dev.sluice.bench;

import dev.sluice.engine.CallRows;

/** How many images that take their steps together fill calls. */
final class FullCalls {
    private FullCalls() {}

    /**
     * The least number of images that fills calls of both networks without a remainder, and twice over, so that one half
     * is in a call while the other takes its step.
     */
    static int images(CallRows rows) {
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
    static CallRows atMost(int most, CallRows rows) {
        return new CallRows(Math.min(rows.denoiser(), most), Math.min(rows.guide(), most));
    }
}
