package dev.sluice.diffusion;

/**
 * A cascade's first sample as its second stage gets it: a picture of 256 levels, as in that stage's training (GLIDE,
 * Nichol et al. 2022).
 */
public final class LowResolution {
    private static final float HALF_OF_THE_LEVELS = 127.5f;

    private LowResolution() {}

    /**
     * {@code round((x+1)·127.5)/127.5 - 1} of the sample clipped to [-1, 1], halves rounded to even.
     *
     * @param sample any number of elements
     * @return as many
     */
    public static float[] of(float[] sample) {
        float[] low = new float[sample.length];
        for (int e = 0; e < low.length; e++) {
            float levels = (Equations.clamp(sample[e]) + 1) * HALF_OF_THE_LEVELS;
            low[e] = (float) Math.rint(levels) / HALF_OF_THE_LEVELS - 1;
        }
        return low;
    }
}
