package dev.sluice.diffusion;

/**
 * The coefficients of one respaced process, float64, by sampling index i (0 is the last step taken). Immutable, so one
 * instance serves every request with the same model and step count.
 */
public final class DiffusionTables {
    private final int[] originalTimesteps;
    private final double[] beta;
    private final double[] alphaBar;
    private final double[] logBeta;
    private final double[] posteriorLogVarianceClipped;
    private final double finalAlphaBar;

    private DiffusionTables(int[] originalTimesteps, double[] trainBetas, FinalAlphaBar end) {
        int steps = originalTimesteps.length;
        this.originalTimesteps = originalTimesteps;
        this.beta = respacedBetas(trainBetas, originalTimesteps);
        this.alphaBar = alphaBars(beta);
        this.finalAlphaBar = switch (end) {
            case ONE -> 1;
            case FIRST -> 1 - trainBetas[0];
        };
        this.logBeta = new double[steps];
        this.posteriorLogVarianceClipped = new double[steps];
        for (int i = 0; i < steps; i++) {
            logBeta[i] = StrictMath.log(beta[i]);
            posteriorLogVarianceClipped[i] = StrictMath.log(posteriorVariance(i));
        }
        posteriorLogVarianceClipped[0] = steps == 1 ? logBeta[0] : posteriorLogVarianceClipped[1];
    }

    /**
     * The process that visits just these timesteps.
     *
     * @param originalTimesteps strictly ascending, each in [0, trainSteps)
     * @param end where the last step goes
     * @throws IllegalArgumentException where they are not
     */
    public static DiffusionTables of(
            BetaSchedule schedule, int trainSteps, int[] originalTimesteps, FinalAlphaBar end) {
        if (originalTimesteps.length == 0) {
            throw new IllegalArgumentException("A sampling run needs at least 1 timestep");
        }
        int previous = -1;
        for (int timestep : originalTimesteps) {
            if (timestep <= previous || timestep >= trainSteps) {
                throw new IllegalArgumentException(
                        "Timesteps must ascend within [0, " + trainSteps + "); " + timestep + " follows " + previous);
            }
            previous = timestep;
        }
        return new DiffusionTables(originalTimesteps.clone(), schedule.betas(trainSteps), end);
    }

    /**
     * Spaced by {@link Respacing#evenly}, to no noise at all.
     *
     * @throws dev.sluice.request.InvalidFieldException on {@code sampler.steps} outside [1, trainSteps]
     */
    public static DiffusionTables evenly(BetaSchedule schedule, int trainSteps, int steps) {
        return of(schedule, trainSteps, Respacing.evenly(trainSteps, steps), FinalAlphaBar.ONE);
    }

    /** T. */
    public int steps() {
        return beta.length;
    }

    /** The timestep that the networks are given. */
    public int originalTimestep(int index) {
        return originalTimesteps[index];
    }

    /** {@code 1 - abar_i / abar_{i-1}}. */
    public double beta(int index) {
        return beta[index];
    }

    public double logBeta(int index) {
        return logBeta[index];
    }

    /** {@code abar_i = prod_{j<=i} (1 - beta_j)}. */
    public double alphaBar(int index) {
        return alphaBar[index];
    }

    /** {@code abar_{i-1}}; at index 0 what the {@link FinalAlphaBar} says. */
    public double alphaBarPrevious(int index) {
        return index == 0 ? finalAlphaBar : alphaBar[index - 1];
    }

    /** Noise level {@code sqrt((1-abar)/abar)} of the process seen with unscaled images. */
    public double sigma(int index) {
        return Math.sqrt((1 - alphaBar[index]) / alphaBar[index]);
    }

    /** Half the logarithm of the signal-to-noise ratio, {@code log(sqrt(abar)/sqrt(1-abar))} (lambda in Lu et al. 2022). */
    public double halfLogSnr(int index) {
        return 0.5 * StrictMath.log(alphaBar[index] / (1 - alphaBar[index]));
    }

    /** Equation 2: {@code btilde_i = beta_i (1-abar_{i-1}) / (1-abar_i)}; 0 at index 0. */
    public double posteriorVariance(int index) {
        return beta[index] * (1 - alphaBarPrevious(index)) / (1 - alphaBar[index]);
    }

    /** {@code log btilde_i}, with {@code btilde_1} standing in for the 0 at index 0 (and beta_0 where there is no index 1). */
    public double posteriorLogVarianceClipped(int index) {
        return posteriorLogVarianceClipped[index];
    }

    /** Equation 2: {@code c1_i = beta_i sqrt(abar_{i-1}) / (1-abar_i)}, the share of x_0 in the posterior mean. */
    public double posteriorMeanCoefficient1(int index) {
        return beta[index] * Math.sqrt(alphaBarPrevious(index)) / (1 - alphaBar[index]);
    }

    /** Equation 2: {@code c2_i = (1-abar_{i-1}) sqrt(1-beta_i) / (1-abar_i)}, the share of x_t in the posterior mean. */
    public double posteriorMeanCoefficient2(int index) {
        return (1 - alphaBarPrevious(index)) * Math.sqrt(1 - beta[index]) / (1 - alphaBar[index]);
    }

    /**
     * {@code f log beta_i + (1-f) log btilde_i} with {@code f = (v+1)/2} (Nichol and Dhariwal 2021, equation 15).
     *
     * @param v the network's variance channel: -1 is the posterior variance, 1 is beta
     */
    public double learnedRangeLogVariance(int index, double v) {
        double fraction = (v + 1) / 2;
        return fraction * logBeta[index] + (1 - fraction) * posteriorLogVarianceClipped[index];
    }

    private static double[] respacedBetas(double[] trainBetas, int[] originalTimesteps) {
        double[] trainAlphaBars = alphaBars(trainBetas);
        double[] betas = new double[originalTimesteps.length];
        double previous = 1;
        for (int i = 0; i < betas.length; i++) {
            double current = trainAlphaBars[originalTimesteps[i]];
            betas[i] = 1 - current / previous;
            previous = current;
        }
        return betas;
    }

    private static double[] alphaBars(double[] betas) {
        double[] products = new double[betas.length];
        double product = 1;
        for (int i = 0; i < betas.length; i++) {
            product *= 1 - betas[i];
            products[i] = product;
        }
        return products;
    }
}
