package dev.sluice.diffusion;

/** The noise that each of the N training steps adds: {@code q(x_t | x_{t-1}) = N(sqrt(1-beta_t) x_{t-1}, beta_t I)} (1). */
public enum BetaSchedule {
    /** From 1e-4 to 0.02 at N = 1000, scaled by 1000/N elsewhere (Ho et al. 2020). */
    LINEAR {
        @Override
        double[] unchecked(int trainSteps) {
            double scale = 1000.0 / trainSteps;
            return linspace(scale * 1e-4, scale * 2e-2, trainSteps);
        }
    },
    /** {@code abar(u) = cos²((u + 0.008)/1.008 · pi/2)}, each beta at most 0.999 (Nichol and Dhariwal 2021). */
    COSINE {
        @Override
        double[] unchecked(int trainSteps) {
            double[] betas = new double[trainSteps];
            for (int t = 0; t < trainSteps; t++) {
                double kept = cosineAlphaBar((t + 1.0) / trainSteps) / cosineAlphaBar((double) t / trainSteps);
                betas[t] = Math.min(1 - kept, 0.999);
            }
            return betas;
        }
    },
    /** Squares of evenly spaced roots, from 0.00085 to 0.012 (latent diffusion, Rombach et al. 2022). */
    SCALED_LINEAR {
        @Override
        double[] unchecked(int trainSteps) {
            double[] betas = linspace(Math.sqrt(0.00085), Math.sqrt(0.012), trainSteps);
            for (int t = 0; t < trainSteps; t++) {
                betas[t] *= betas[t];
            }
            return betas;
        }
    };

    abstract double[] unchecked(int trainSteps);

    /**
     * The betas of all training steps.
     *
     * @param trainSteps N, at least 1
     * @return {@code beta_0 … beta_{N-1}}, each in (0, 1)
     * @throws IllegalArgumentException where the schedule has no such betas for this N
     */
    public double[] betas(int trainSteps) {
        if (trainSteps < 1) {
            throw new IllegalArgumentException("A beta schedule needs at least 1 training step, not " + trainSteps);
        }
        double[] betas = unchecked(trainSteps);
        for (double beta : betas) {
            if (!(beta > 0 && beta < 1)) {
                throw new IllegalArgumentException(
                        this + " over " + trainSteps + " training steps has a beta of " + beta + ", outside (0, 1)");
            }
        }
        return betas;
    }

    private static double cosineAlphaBar(double u) {
        double root = StrictMath.cos((u + 0.008) / 1.008 * Math.PI / 2);
        return root * root;
    }

    private static double[] linspace(double first, double last, int count) {
        double[] values = new double[count];
        double step = count == 1 ? 0 : (last - first) / (count - 1);
        for (int i = 0; i < count; i++) {
            values[i] = i * step + first;
        }
        if (count > 1) {
            values[count - 1] = last;
        }
        return values;
    }
}
