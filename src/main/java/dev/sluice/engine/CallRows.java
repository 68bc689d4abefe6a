package dev.sluice.engine;

/**
 * How large a bundle's calls are.
 *
 * @param denoiser rows of a denoiser call, at least 1
 * @param guide rows of a guide call, at least 1
 */
public record CallRows(int denoiser, int guide) {
    public CallRows {
        if (denoiser < 1 || guide < 1) {
            throw new IllegalArgumentException("calls have at least 1 row, not " + denoiser + " and " + guide);
        }
    }
}
