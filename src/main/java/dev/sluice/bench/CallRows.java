package dev.sluice.bench;

/** How many rows a call has, padding included, of the denoiser and of the guide. */
public record CallRows(int denoiser, int guide) {
    public CallRows {
        if (denoiser < 1 || guide < 1) {
            throw new IllegalArgumentException("a call has at least 1 row, not " + denoiser + " and " + guide);
        }
    }

    /**
     * The least number of images that fills calls of both networks without a remainder, and twice over, so that one half
     * is in a call while the other takes its step.
     */
    int imagesWithoutPadding() {
        int a = denoiser;
        int b = guide;
        while (b != 0) {
            int rest = a % b;
            a = b;
            b = rest;
        }
        return 2 * denoiser / a * guide;
    }

    /** The same, but no call larger than this. */
    CallRows atMost(int rows) {
        return new CallRows(Math.min(denoiser, rows), Math.min(guide, rows));
    }
}
