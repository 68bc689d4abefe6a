package dev.sluice.diffusion;

/** The formulas that samplers are made of, for one element. Coefficients are those of one sampling index, as float32. */
final class Equations {
    private Equations() {}

    /** Equation 7: {@code x0 = sqrt(1/abar)·x - sqrt(1/abar - 1)·eps}. */
    static float predictX0(float x, float eps, float sqrtRecipAlphaBar, float sqrtRecipAlphaBarMinus1) {
        return sqrtRecipAlphaBar * x - sqrtRecipAlphaBarMinus1 * eps;
    }

    /** Equation 7 solved for eps. */
    static float predictEps(float x, float x0, float sqrtRecipAlphaBar, float sqrtRecipAlphaBarMinus1) {
        return (sqrtRecipAlphaBar * x - x0) / sqrtRecipAlphaBarMinus1;
    }

    /** Into [-1, 1]; NaN stays NaN. */
    static float clamp(float x0) {
        return Math.max(-1f, Math.min(1f, x0));
    }

    /** Equations 2 and 8: {@code c1·x0 + c2·x}. */
    static float posteriorMean(float x0, float x, float coefficient1, float coefficient2) {
        return coefficient1 * x0 + coefficient2 * x;
    }

    /** Equation 5: {@code mu + omega·s·sigma²·g}. The result is not clamped again. */
    static float shiftedMean(float mean, float strength, float variance, float gradient) {
        return mean + strength * variance * gradient;
    }

    /** {@code logvar/2}, with logvar as in {@link DiffusionTables#learnedRangeLogVariance}: the logarithm of the deviation. */
    static float learnedRangeLogDeviation(float v, float logBeta, float posteriorLogVariance) {
        float fraction = (v + 1) / 2;
        return 0.5f * (fraction * logBeta + (1 - fraction) * posteriorLogVariance);
    }

    /** Dhariwal and Nichol 2021, algorithm 2: {@code eps - sqrt(1-abar)·omega·s·g}. */
    static float shiftedEps(float eps, float shift, float gradient) {
        return eps - shift * gradient;
    }

    /**
     * The x_0 of {@link #shiftedEps}: {@code x0 + ((1-abar)/sqrt(abar))·omega·s·g}. Written as a shift of x_0, since taking
     * x_0 back from eps loses all digits where abar is near 0.
     */
    static float shiftedX0(float x0, float shift, float gradient) {
        return x0 + shift * gradient;
    }

    /** Song et al. 2021, equation 12, without its noise. */
    static float ddimMean(float x0, float eps, float sqrtAlphaBarPrevious, float direction) {
        return sqrtAlphaBarPrevious * x0 + direction * eps;
    }

    /** Song et al. 2021, equation 16: {@code eta·sqrt((1-abar')/(1-abar))·sqrt(1-abar/abar')}, abar' being the next step's. */
    static double ddimDeviation(double eta, double alphaBar, double alphaBarPrevious) {
        return eta * Math.sqrt((1 - alphaBarPrevious) / (1 - alphaBar)) * Math.sqrt(1 - alphaBar / alphaBarPrevious);
    }
}
