package dev.sluice.request;

import java.util.List;

/**
 * Which of the T sampling steps are guided. Timesteps here are the paper's {@code t = T … 1}, counted from the noisiest
 * (Compress Guidance, arXiv 2408.11194). How strongly a guided step pushes is {@link GuidanceWeighting}.
 */
public sealed interface GuidanceSchedule {
    /** Every step. */
    record Full() implements GuidanceSchedule {}

    /**
     * Equation 15: {@code G = { T - floor(T·i^k / n^k) : i = 0 … n-1 }}. Exponents above 1 guide early, below 1 late.
     *
     * @param guided n, at least 1; collapsing timesteps make the set smaller
     * @param exponent k, finite, at least 0
     * @param arithmetic how the floor is computed
     */
    record Compress(int guided, double exponent, Arithmetic arithmetic) implements GuidanceSchedule {
        public Compress {
            requireGuided(guided);
            Fields.requireSchedule(
                    "guidance.schedule.exponent",
                    Double.isFinite(exponent) && exponent >= 0,
                    "guidance.schedule.exponent must be finite and at least 0, not " + exponent);
        }

        public Compress(int guided, double exponent) {
            this(guided, exponent, Arithmetic.EXACT);
        }
    }

    /** The first {@code guided} steps. */
    record EarlyStop(int guided) implements GuidanceSchedule {
        public EarlyStop {
            requireGuided(guided);
        }
    }

    /** {@code guided} steps evenly over the run, from the first: equation 15 with k = 1. */
    record Uniform(int guided) implements GuidanceSchedule {
        public Uniform {
            requireGuided(guided);
        }
    }

    /** Every timestep that {@code stride} divides. Guides the first step only where the stride divides T. */
    record EveryNth(int stride) implements GuidanceSchedule {
        public EveryNth {
            Fields.requireSchedule(
                    "guidance.schedule.stride",
                    stride >= 1,
                    "guidance.schedule.stride must be at least 1, not " + stride);
        }
    }

    /**
     * Steps whose noise level lies in {@code (sigmaLow, sigmaHigh]}, with {@code sigma = sqrt((1-abar)/abar)}
     * (Kynkäänniemi et al. 2024).
     */
    record Interval(double sigmaLow, double sigmaHigh) implements GuidanceSchedule {
        public Interval {
            Fields.requireSchedule(
                    "guidance.schedule.sigmaLow",
                    sigmaLow >= 0 && sigmaLow < sigmaHigh && Double.isFinite(sigmaHigh),
                    "guidance.schedule needs 0 <= sigmaLow < sigmaHigh, not " + sigmaLow + " and " + sigmaHigh);
        }
    }

    /**
     * Guides exactly these timesteps.
     *
     * @param timesteps 1-based, in any order, without repeats
     */
    record Explicit(List<Integer> timesteps) implements GuidanceSchedule {
        public Explicit {
            timesteps = List.copyOf(timesteps);
            Fields.requireSchedule(
                    "guidance.schedule.timesteps",
                    timesteps.stream().distinct().count() == timesteps.size()
                            && timesteps.stream().allMatch(t -> t >= 1),
                    "guidance.schedule.timesteps must be distinct and at least 1");
        }
    }

    /** How equation 15's floor is computed. */
    enum Arithmetic {
        /** Integers where k is an integer. */
        EXACT,
        /** {@code (int) (T/n^k · i^k)} in doubles, as public research code does; differs in rare cases. */
        FLOAT
    }

    private static void requireGuided(int guided) {
        Fields.requireSchedule(
                "guidance.schedule.guided",
                guided >= 1,
                "guidance.schedule.guided must say how many steps to guide, at least 1, not " + guided);
    }
}
