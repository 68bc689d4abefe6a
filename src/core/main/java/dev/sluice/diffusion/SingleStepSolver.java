package dev.sluice.diffusion;

/** Every step by its own evaluation alone. */
record SingleStepSolver(DiffusionTables tables, Sampler sampler) implements Solver {
    @Override
    public int remembers() {
        return 0;
    }

    @Override
    public boolean remembersImage() {
        return false;
    }

    @Override
    public void extrapolate(int evaluation, boolean afterImpulse, float[] x, float[] prediction, SolverMemory memory) {}

    @Override
    public double[] termCoefficients(int evaluation, int run) {
        return new double[] {1};
    }
}
