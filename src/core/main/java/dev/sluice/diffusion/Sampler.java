package dev.sluice.diffusion;

import dev.sluice.request.SamplerSettings;
import org.jspecify.annotations.Nullable;

/**
 * One step of one image, x_t to x_{t-1}, in place. Immutable; any thread may call it, each with arrays of its own.
 */
public interface Sampler {
    /**
     * Takes the step at {@code index}.
     *
     * @param index sampling index, T-1 … 0
     * @param x the image, n elements; becomes the next one
     * @param prediction eps in [0, n), already combined where guidance is classifier-free; the variance channels v in [n,
     *     2n) where the variance is learned
     * @param gradient of the classifier's log-probability at x, n elements; null where no push is made
     * @param strength omega·s, what the push is multiplied by; 0 is no push
     * @param noise n standard normal deviates; not read where {@link #needsNoise} says so
     */
    void step(int index, float[] x, float[] prediction, float @Nullable [] gradient, double strength, float[] noise);

    /** Whether the step at this index adds noise. The last one (index 0) never does. */
    boolean needsNoise(int index);

    /**
     * The step of the sampler that a request asks for. That of the deterministic solvers is DDIM's at eta 0: PNDM and
     * DPM-Solver++(2M) differ in the prediction that they take it with ({@link Solver}), and Euler's method over {@code
     * x/sqrt(abar)} by {@code sigma = sqrt((1-abar)/abar)} is that step (Song et al. 2021, equation 14).
     *
     * @param clip whether the predicted x_0 is clamped to [-1, 1]: for models of pixels, not of latents
     * @param variance used by DDPM alone
     */
    static Sampler of(SamplerSettings settings, DiffusionTables tables, VarianceKind variance, boolean clip) {
        return switch (settings.kind()) {
            case DDPM -> new DdpmSampler(tables, variance, clip);
            case DDIM -> new DdimSampler(tables, settings.eta(), clip);
            case PNDM, DPMPP_2M, EULER -> new DdimSampler(tables, 0, clip);
        };
    }
}
