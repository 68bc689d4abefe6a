package dev.sluice.request;

/** How the sampler is pushed towards the prompt, and at which steps. */
public sealed interface Guidance {
    /** No push: the (conditional, where the prompt names something) denoiser alone. */
    record None() implements Guidance {}

    /**
     * Classifier guidance (Dhariwal and Nichol 2021): the mean is shifted along the gradient of a noise-aware
     * classifier's log-probability.
     *
     * @param scale s in {@code mean + s·sigma²·gradient}; 0 is no guidance
     * @param denoiser whether the denoiser itself sees the class (CADM-G) or not (ADM-G)
     */
    record Classifier(double scale, GuidanceSchedule schedule, GuidanceWeighting weighting, DenoiserCondition denoiser)
            implements Guidance {
        public Classifier {
            Fields.requireFiniteScale("guidance.scale", scale);
        }
    }

    /**
     * Classifier-free guidance (Ho and Salimans 2022) in the form {@code eps = eps_u + s·(eps_c - eps_u)}.
     *
     * @param scale s; 1 is the conditional denoiser without guidance
     * @param cfgCompress what of s a guided step's weight multiplies
     */
    record ClassifierFree(double scale, GuidanceSchedule schedule, GuidanceWeighting weighting, CfgCompress cfgCompress)
            implements Guidance {
        public ClassifierFree {
            Fields.requireFiniteScale("guidance.scale", scale);
        }

        /** Weights multiply the guidance term. */
        public ClassifierFree(double scale, GuidanceSchedule schedule, GuidanceWeighting weighting) {
            this(scale, schedule, weighting, CfgCompress.GUIDANCE_TERM);
        }
    }

    /** What a weight omega makes of a classifier-free scale s at a guided step. */
    enum CfgCompress {
        /** {@code 1 + omega·(s-1)}: omega times the push. */
        GUIDANCE_TERM,
        /** {@code omega·s}, as the method's author does in a later port to EDM2. */
        WHOLE_SCALE
    }

    /** What the denoiser is told under classifier guidance. */
    enum DenoiserCondition {
        CONDITIONAL,
        UNCONDITIONAL
    }
}
