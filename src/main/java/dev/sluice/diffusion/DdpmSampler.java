package dev.sluice.diffusion;

import org.jspecify.annotations.Nullable;

/**
 * Ancestral sampling (Ho et al. 2020) with classifier guidance on the posterior mean: equation 8's update, shifted as in
 * equation 5. At index 0 the shift is made and no noise is added.
 */
public final class DdpmSampler implements Sampler {
    private final DiffusionTables tables;
    private final VarianceKind variance;
    private final boolean clip;

    public DdpmSampler(DiffusionTables tables, VarianceKind variance, boolean clip) {
        this.tables = tables;
        this.variance = variance;
        this.clip = clip;
    }

    @Override
    public boolean needsNoise(int index) {
        return index != 0;
    }

    @Override
    public void step(
            int index, float[] x, float[] prediction, float @Nullable [] gradient, double strength, float[] noise) {
        double recipAlphaBar = 1 / tables.alphaBar(index);
        float ofX = (float) Math.sqrt(recipAlphaBar);
        float ofEps = (float) Math.sqrt(recipAlphaBar - 1);
        float coefficient1 = (float) tables.posteriorMeanCoefficient1(index);
        float coefficient2 = (float) tables.posteriorMeanCoefficient2(index);
        float logBeta = (float) tables.logBeta(index);
        float posteriorLogVariance = (float) tables.posteriorLogVarianceClipped(index);
        boolean learned = variance == VarianceKind.LEARNED_RANGE;
        float fixedDeviation = fixedDeviation(index);
        float push = (float) strength;
        boolean noisy = needsNoise(index);

        int n = x.length;
        for (int e = 0; e < n; e++) {
            float x0 = Equations.predictX0(x[e], prediction[e], ofX, ofEps);
            float mean = Equations.posteriorMean(clip ? Equations.clamp(x0) : x0, x[e], coefficient1, coefficient2);
            float deviation = learned
                    ? Equations.learnedRangeDeviation(prediction[n + e], logBeta, posteriorLogVariance)
                    : fixedDeviation;
            if (gradient != null && push != 0) {
                mean = Equations.shiftedMean(mean, push, deviation * deviation, gradient[e]);
            }
            x[e] = noisy ? mean + deviation * noise[e] : mean;
        }
    }

    private float fixedDeviation(int index) {
        return (float)
                switch (variance) {
                    case LEARNED_RANGE -> Double.NaN;
                    case FIXED_SMALL -> StrictMath.exp(0.5 * tables.posteriorLogVarianceClipped(index));
                    case FIXED_LARGE -> Math.sqrt(tables.beta(index));
                };
    }
}
