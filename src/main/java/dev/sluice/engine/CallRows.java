package dev.sluice.engine;

/**
 * How large a bundle's calls are.
 *
 * @param denoiser rows of a denoiser call, at least 1
 * @param guide rows of a guide call, at least 1
 */
public record CallRows(int denoiser, int guide) {
    private static final int FEW_ROWS = 4;

    public CallRows {
        if (denoiser < 1 || guide < 1) {
            throw new IllegalArgumentException("calls have at least 1 row, not " + denoiser + " and " + guide);
        }
    }

    /**
     * How large guide calls should be at most. Guidance is rarer than denoising: larger guide calls than these would
     * mostly wait for rows, or carry padding.
     *
     * @param denoiser rows of a denoiser call
     */
    public static int mostOfGuide(int denoiser) {
        return Math.max(FEW_ROWS, denoiser / 2);
    }
}
