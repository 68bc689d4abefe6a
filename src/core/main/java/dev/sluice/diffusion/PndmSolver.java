package dev.sluice.diffusion;

/**
 * Pseudo linear multi-steps (PLMS: Liu et al. 2022, formulas 9 and 12 with the Adams-Bashforth coefficients, without
 * Runge-Kutta steps): DDIM's step, taken with an eps that is extrapolated from four evaluations.
 *
 * <p>The first step has nothing to extrapolate from. It is taken twice, first with its own eps, then again from the same
 * image with the mean of that one and of the eps evaluated where it had led; that second evaluation is then forgotten.
 * So T steps need T + 1 evaluations, the second timestep being evaluated twice. One step alone needs one.
 */
record PndmSolver(DiffusionTables tables, Sampler sampler) implements Solver {
    /** Coefficients by the number of evaluations: formula 12 and its lower orders. */
    private static final double[][] ADAMS_BASHFORTH = {
        {1}, {3 / 2.0, -1 / 2.0}, {23 / 12.0, -16 / 12.0, 5 / 12.0}, {55 / 24.0, -59 / 24.0, 37 / 24.0, -9 / 24.0},
    };

    private static final int ORDER = ADAMS_BASHFORTH.length;
    private static final double[] MEAN = {1 / 2.0, 1 / 2.0};

    @Override
    public int evaluations() {
        return tables.steps() == 1 ? 1 : tables.steps() + 1;
    }

    @Override
    public int stepIndex(int evaluation) {
        return Math.min(evaluation, tables.steps() - 1);
    }

    /** One step further at the second evaluation of the first step. */
    @Override
    public int timestepIndex(int evaluation) {
        int steps = tables.steps();
        return steps > 1 && evaluation >= steps - 1 ? evaluation - 1 : evaluation;
    }

    @Override
    public int remembers() {
        return ORDER - 1;
    }

    @Override
    public boolean remembersImage() {
        return true;
    }

    @Override
    public void extrapolate(int evaluation, boolean afterImpulse, float[] x, float[] prediction, SolverMemory memory) {
        int first = evaluations() - 1;
        if (evaluation == first) {
            memory.keepImage(x);
        } else if (corrects(evaluation)) {
            memory.restoreImage(x);
            SolverMemory.combine(prediction, x.length, MEAN, memory.predictions());
            return;
        }
        int earlier = Math.min(evaluation == first ? 0 : tables.steps() - 1 - evaluation, ORDER - 1);
        if (afterImpulse) {
            moveOntoThePath(prediction, earlier, memory.predictions());
        }
        SolverMemory.combineAndKeep(prediction, x.length, ADAMS_BASHFORTH[earlier], memory.predictions());
    }

    @Override
    public double[] termCoefficients(int evaluation, int run) {
        return corrects(evaluation) && run > 1 ? MEAN : ADAMS_BASHFORTH[Math.min(run, ORDER) - 1];
    }

    /**
     * Shifts what was evaluated before an impulse by as much as the impulse moved eps: by how far this eps is from where
     * the last two were heading. Their slope is kept, their distance to this one is not taken for a slope.
     */
    private static void moveOntoThePath(float[] prediction, int earlier, float[][] predictions) {
        if (earlier == 0) {
            return;
        }
        float[] last = predictions[0];
        float[] beforeLast = earlier == 1 ? last : predictions[1];
        for (int e = 0; e < last.length; e++) {
            float shift = prediction[e] - (2 * last[e] - beforeLast[e]);
            for (float[] values : predictions) {
                values[e] += shift;
            }
        }
    }
}
