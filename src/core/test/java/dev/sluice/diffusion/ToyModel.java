package dev.sluice.diffusion;

/**
 * The exact denoiser of images whose elements are normal with deviation 0.3 around means that the condition sets, and a
 * classifier in closed form. Counts how often each is asked.
 */
final class ToyModel {
    private static final double DATA_VARIANCE = 0.09;

    private final DiffusionTables tables;
    int conditional;
    int unconditional;
    int gradients;

    ToyModel(DiffusionTables tables) {
        this.tables = tables;
    }

    /** Writes eps and v, 2n elements. */
    void denoiseConditionally(float[] x, int index, float[] prediction) {
        conditional++;
        denoise(x, index, 0.2, prediction);
    }

    void denoiseUnconditionally(float[] x, int index, float[] prediction) {
        unconditional++;
        denoise(x, index, 0, prediction);
    }

    void gradient(float[] x, float[] gradient) {
        gradients++;
        for (int e = 0; e < x.length; e++) {
            gradient[e] = 0.2f * (e % 3 - 1 - x[e]);
        }
    }

    private void denoise(float[] x, int index, double condition, float[] prediction) {
        double alphaBar = tables.alphaBar(index);
        double toEps = Math.sqrt(1 - alphaBar) / (alphaBar * DATA_VARIANCE + 1 - alphaBar);
        for (int e = 0; e < x.length; e++) {
            double mean = condition * (e % 5 - 2);
            prediction[e] = (float) (toEps * (x[e] - Math.sqrt(alphaBar) * mean));
            prediction[x.length + e] = x[e] / (1 + Math.abs(x[e]));
        }
    }
}
