package dev.sluice.request;

/**
 * Which sampler walks from noise to image, and in how many steps.
 *
 * @param steps sampling steps T, at least 1
 * @param eta share of the posterior's noise that DDIM adds back, in [0, 1]; has no effect elsewhere
 */
public record SamplerSettings(Kind kind, int steps, double eta) {
    /** The samplers of this release. */
    public enum Kind {
        /** Ancestral sampling over respaced steps (Ho et al. 2020; Nichol and Dhariwal 2021). */
        DDPM,
        /** Denoising diffusion implicit model (Song et al. 2021). */
        DDIM,
        /** Pseudo linear multi-steps (PLMS, Liu et al. 2022), whose first step is evaluated twice. */
        PNDM,
        /** DPM-Solver++(2M), the multi-step solver of order two (Lu et al. 2022). */
        DPMPP_2M,
        /** Euler's method over the noise level sigma, without added noise (Karras et al. 2022). */
        EULER
    }

    public SamplerSettings {
        if (steps < 1) {
            throw new InvalidFieldException(
                    FailureCode.STEPS_OUT_OF_RANGE, "sampler.steps", "sampler.steps must be at least 1, not " + steps);
        }
        if (!(eta >= 0 && eta <= 1)) {
            throw new InvalidFieldException(
                    FailureCode.SAMPLER_INVALID, "sampler.eta", "sampler.eta must lie in [0, 1], not " + eta);
        }
    }

    public static SamplerSettings ddpm(int steps) {
        return new SamplerSettings(Kind.DDPM, steps, 1);
    }

    public static SamplerSettings ddim(int steps, double eta) {
        return new SamplerSettings(Kind.DDIM, steps, eta);
    }

    /** One of the solvers that add no noise. */
    public static SamplerSettings deterministic(Kind kind, int steps) {
        return new SamplerSettings(kind, steps, 0);
    }
}
