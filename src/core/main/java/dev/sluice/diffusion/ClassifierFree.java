package dev.sluice.diffusion;

import dev.sluice.request.Guidance;

/**
 * Classifier-free guidance in the form {@code eps = eps_u + s·(eps_c - eps_u)}, that is, the conditional prediction and a
 * push along the guidance term: {@code eps_c + w·(eps_c - eps_u)} with w = s-1 (equations 26 to 29).
 *
 * <p>Arrays are predictions of one image. Only the first {@code guidedElements} are touched: those of the guided
 * channels (3 of 4 for DiT); the rest, and the variance channels, stay the conditional ones.
 */
public final class ClassifierFree {
    private ClassifierFree() {}

    /**
     * What multiplies the guidance term at a guided step: {@code omega·(s-1)}, an effective scale of {@code 1 +
     * omega·(s-1)}; or {@code omega·s - 1} where omega multiplies the whole scale.
     */
    public static double push(Guidance.ClassifierFree guidance, double omega) {
        return switch (guidance.cfgCompress()) {
            case GUIDANCE_TERM -> omega * (guidance.scale() - 1);
            case WHOLE_SCALE -> omega * guidance.scale() - 1;
        };
    }

    /** Writes {@code eps_c - eps_u} into {@code term}, to be applied at this step and at those that hold it. */
    public static void term(float[] conditional, float[] unconditional, float[] term, int guidedElements) {
        for (int e = 0; e < guidedElements; e++) {
            term[e] = conditional[e] - unconditional[e];
        }
    }

    /**
     * Adds the guidance term, this step's or a held one, to {@code conditional}.
     *
     * @param push as {@link #push} says; 0 changes nothing
     */
    public static void apply(float[] conditional, float[] term, double push, int guidedElements) {
        float factor = (float) push;
        if (factor == 0) {
            return;
        }
        for (int e = 0; e < guidedElements; e++) {
            conditional[e] += factor * term[e];
        }
    }
}
