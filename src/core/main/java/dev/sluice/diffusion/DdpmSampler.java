package dev.sluice.diffusion;

import java.util.Arrays;
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
        float push = (float) strength;

        int n = x.length;
        float[] deviations = deviations(index, prediction, n);
        // A loop for each part: the JIT vectorises every one of them, whatever mix of requests it has seen.
        for (int e = 0; e < n; e++) {
            float x0 = Equations.predictX0(x[e], prediction[e], ofX, ofEps);
            x[e] = Equations.posteriorMean(clip ? Equations.clamp(x0) : x0, x[e], coefficient1, coefficient2);
        }
        if (gradient != null && push != 0) {
            for (int e = 0; e < n; e++) {
                x[e] = Equations.shiftedMean(x[e], push, deviations[e] * deviations[e], gradient[e]);
            }
        }
        if (needsNoise(index)) {
            for (int e = 0; e < n; e++) {
                x[e] += deviations[e] * noise[e];
            }
        }
    }

    /** The noise's standard deviation for each of n elements. */
    private float[] deviations(int index, float[] prediction, int n) {
        if (variance != VarianceKind.LEARNED_RANGE) {
            float[] deviations = new float[n];
            Arrays.fill(deviations, fixedDeviation(index));
            return deviations;
        }
        float logBeta = (float) tables.logBeta(index);
        float posteriorLogVariance = (float) tables.posteriorLogVarianceClipped(index);
        float[] deviations = Arrays.copyOfRange(prediction, n, 2 * n);
        for (int e = 0; e < n; e++) {
            deviations[e] = Equations.learnedRangeLogDeviation(deviations[e], logBeta, posteriorLogVariance);
        }
        Exponential.expInPlace(deviations);
        return deviations;
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
