package dev.sluice.diffusion;

import org.jspecify.annotations.Nullable;

/**
 * Denoising diffusion implicit models (Song et al. 2021) with classifier guidance on eps (Dhariwal and Nichol 2021,
 * algorithm 2). Clamping acts on the unguided x_0; the guided one is left as it is.
 */
public final class DdimSampler implements Sampler {
    private final DiffusionTables tables;
    private final double eta;
    private final boolean clip;

    /**
     * DDIM over these tables.
     *
     * @param eta share of the posterior's noise that is added back, in [0, 1]; 0 is deterministic
     */
    public DdimSampler(DiffusionTables tables, double eta, boolean clip) {
        this.tables = tables;
        this.eta = eta;
        this.clip = clip;
    }

    @Override
    public boolean needsNoise(int index) {
        return index != 0 && eta != 0;
    }

    @Override
    public void step(
            int index, float[] x, float[] prediction, float @Nullable [] gradient, double strength, float[] noise) {
        double alphaBar = tables.alphaBar(index);
        double alphaBarPrevious = tables.alphaBarPrevious(index);
        double sigma = Equations.ddimDeviation(eta, alphaBar, alphaBarPrevious);
        float ofX = (float) Math.sqrt(1 / alphaBar);
        float ofEps = (float) Math.sqrt(1 / alphaBar - 1);
        float ofX0 = (float) Math.sqrt(alphaBarPrevious);
        float direction = (float) Math.sqrt(Math.max(0, 1 - alphaBarPrevious - sigma * sigma));
        float deviation = (float) sigma;
        float epsShift = (float) (Math.sqrt(1 - alphaBar) * strength);
        float x0Shift = (float) ((1 - alphaBar) / Math.sqrt(alphaBar) * strength);

        int n = x.length;
        // A loop for each case: the JIT vectorises every one of them, whatever mix of requests it has seen.
        if (gradient != null && epsShift != 0) {
            for (int e = 0; e < n; e++) {
                float unclamped = Equations.predictX0(x[e], prediction[e], ofX, ofEps);
                float x0 = clip ? Equations.clamp(unclamped) : unclamped;
                float eps = clip ? Equations.predictEps(x[e], x0, ofX, ofEps) : prediction[e];
                float guidedX0 = Equations.shiftedX0(x0, x0Shift, gradient[e]);
                float guidedEps = Equations.shiftedEps(eps, epsShift, gradient[e]);
                x[e] = Equations.ddimMean(guidedX0, guidedEps, ofX0, direction);
            }
        } else {
            for (int e = 0; e < n; e++) {
                float unclamped = Equations.predictX0(x[e], prediction[e], ofX, ofEps);
                float x0 = clip ? Equations.clamp(unclamped) : unclamped;
                float eps = clip ? Equations.predictEps(x[e], x0, ofX, ofEps) : prediction[e];
                x[e] = Equations.ddimMean(x0, eps, ofX0, direction);
            }
        }
        if (needsNoise(index)) {
            for (int e = 0; e < n; e++) {
                x[e] += deviation * noise[e];
            }
        }
    }
}
