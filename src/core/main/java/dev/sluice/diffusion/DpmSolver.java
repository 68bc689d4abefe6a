package dev.sluice.diffusion;

/**
 * DPM-Solver++(2M), algorithm 2 of Lu et al. 2022 (arXiv 2211.01095) in its midpoint form: the step of order one, which
 * is DDIM's, taken with {@code D = x0_i + h/(2 h') · (x0_i - x0_{i+1})}, where h is the step's length in {@linkplain
 * DiffusionTables#halfLogSnr half the log-SNR} and h' that of the step before. The first step and the last, whose length is
 * infinite, are of order one.
 *
 * <p>In eps, which is what {@link Sampler} takes, D is {@code eps_i - (sqrt(abar_i)/sqrt(1-abar_i)) · (D - x0_i)}.
 */
record DpmSolver(DiffusionTables tables, Sampler sampler, boolean clip) implements Solver {
    @Override
    public int remembers() {
        return 1;
    }

    @Override
    public boolean remembersImage() {
        return false;
    }

    /** After an impulse there is nothing to extrapolate from, and the step is of order one. */
    @Override
    public void extrapolate(int evaluation, boolean afterImpulse, float[] x, float[] prediction, SolverMemory memory) {
        double alphaBar = tables.alphaBar(evaluation);
        float ofX = (float) Math.sqrt(1 / alphaBar);
        float ofEps = (float) Math.sqrt(1 / alphaBar - 1);
        boolean multistep = !standsAlone(evaluation) && !afterImpulse;
        float slope = multistep ? (float) (extrapolation(evaluation) / tables.sigma(evaluation)) : 0;
        float[] earlier = memory.predictions()[0];
        for (int e = 0; e < x.length; e++) {
            float unclamped = Equations.predictX0(x[e], prediction[e], ofX, ofEps);
            float x0 = clip ? Equations.clamp(unclamped) : unclamped;
            prediction[e] -= slope * (x0 - earlier[e]);
            earlier[e] = x0;
        }
    }

    /** The term's part of x_0 is {@code -sigma} times it. */
    @Override
    public double[] termCoefficients(int evaluation, int run) {
        if (run == 1 || standsAlone(evaluation)) {
            return new double[] {1};
        }
        double share = extrapolation(evaluation);
        return new double[] {1 + share, -share * tables.sigma(evaluation + 1) / tables.sigma(evaluation)};
    }

    private boolean standsAlone(int evaluation) {
        return evaluation == 0 || evaluation == tables.steps() - 1;
    }

    /** {@code h/(2 h')}. */
    private double extrapolation(int index) {
        double length = tables.halfLogSnr(index - 1) - tables.halfLogSnr(index);
        double lengthBefore = tables.halfLogSnr(index) - tables.halfLogSnr(index + 1);
        return length / (2 * lengthBefore);
    }
}
