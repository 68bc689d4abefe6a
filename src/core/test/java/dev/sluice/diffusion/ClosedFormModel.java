package dev.sluice.diffusion;

/** A denoiser whose eps is known at every x and noise level, so that runs can be computed elsewhere. */
interface ClosedFormModel {
    /**
     * The exact eps.
     *
     * @param x n elements
     * @param alphaBar of the process at x
     * @param conditional whether the class is told
     * @return n elements
     */
    float[] eps(float[] x, double alphaBar, boolean conditional);

    /**
     * Images whose elements are normal around {@code +mean} or {@code -mean}, which is the class, with the same variance:
     * the unconditional eps is curved.
     */
    static ClosedFormModel ofTwoClasses(float[] means, double variance) {
        return (x, alphaBar, conditional) -> {
            float[] eps = new float[x.length];
            double spread = alphaBar * variance + 1 - alphaBar;
            for (int e = 0; e < x.length; e++) {
                double mean = means[e];
                double expected = conditional ? mean : mean * Math.tanh(Math.sqrt(alphaBar) * mean * x[e] / spread);
                eps[e] = (float) (Math.sqrt(1 - alphaBar) * (x[e] - Math.sqrt(alphaBar) * expected) / spread);
            }
            return eps;
        };
    }
}
