package dev.sluice.diffusion;

/**
 * Classifier-free guidance in the form {@code eps = eps_u + s·(eps_c - eps_u)}, compressed by weighing the guidance term:
 * {@code eps = eps_c + omega·(s-1)·(eps_c - eps_u)} (equations 26 to 29 with w = s-1).
 *
 * <p>Arrays are predictions of one image. Only the first {@code guidedElements} are touched: those of the guided
 * channels (3 of 4 for DiT); the rest, and the variance channels, stay the conditional ones.
 */
public final class ClassifierFree {
    private ClassifierFree() {}

    /** Adds the guidance term to {@code conditional}. The same bits as {@link #term} followed by {@link #apply}. */
    public static void combine(
            float[] conditional, float[] unconditional, double scale, double omega, int guidedElements) {
        float factor = factor(scale, omega);
        if (factor == 0) {
            return;
        }
        for (int e = 0; e < guidedElements; e++) {
            conditional[e] += factor * (conditional[e] - unconditional[e]);
        }
    }

    /** Writes {@code eps_c - eps_u} into {@code term}, to be applied at this step and at those that hold it. */
    public static void term(float[] conditional, float[] unconditional, float[] term, int guidedElements) {
        for (int e = 0; e < guidedElements; e++) {
            term[e] = conditional[e] - unconditional[e];
        }
    }

    /** Adds a stored guidance term to {@code conditional}: equations 12 and 13 for classifier-free guidance. */
    public static void apply(float[] conditional, float[] term, double scale, double omega, int guidedElements) {
        float factor = factor(scale, omega);
        if (factor == 0) {
            return;
        }
        for (int e = 0; e < guidedElements; e++) {
            conditional[e] += factor * term[e];
        }
    }

    private static float factor(double scale, double omega) {
        return (float) (omega * (scale - 1));
    }
}
