package dev.sluice.diffusion;

import dev.sluice.request.SamplerSettings;

/**
 * Says in which order one image's evaluations are made, which step each of them takes, and what a multi-step method
 * makes of earlier evaluations. Immutable; what it remembers of an image is in a {@link SolverMemory}.
 *
 * <p>Evaluations are numbered as steps are, from the first down to 0. Every solver here makes one of a step but {@link
 * PndmSolver}, whose first step takes two.
 *
 * <p>A multi-step method extrapolates: it takes its step not with the prediction at hand but with a combination of it
 * and of earlier ones. The prediction and the guidance term are treated apart ({@link #extrapolate} and {@link
 * #termCoefficients}), and {@link #sampler} takes the step with both results.
 */
sealed interface Solver permits SingleStepSolver, PndmSolver, DpmSolver {
    DiffusionTables tables();

    /** Takes the steps. */
    Sampler sampler();

    /** How many evaluations one image needs. */
    default int evaluations() {
        return tables().steps();
    }

    /** Sampling index of the step that this evaluation takes. */
    default int stepIndex(int evaluation) {
        return evaluation;
    }

    /** Sampling index of the timestep that the networks are given. */
    default int timestepIndex(int evaluation) {
        return evaluation;
    }

    /** How many earlier predictions, and as many terms, are remembered. */
    int remembers();

    /** Whether an image as it was before its step is remembered. */
    boolean remembersImage();

    /**
     * Turns the denoiser's eps at x into the eps that the step is taken with.
     *
     * @param evaluation number of this evaluation
     * @param afterImpulse whether the step before was an {@linkplain StepPlan#isImpulse impulse}, so that what was
     *     evaluated before it belongs to another path
     * @param x n elements; a step that is taken again is given its image back
     * @param prediction eps in [0, n); becomes the extrapolated one
     */
    void extrapolate(int evaluation, boolean afterImpulse, float[] x, float[] prediction, SolverMemory memory);

    /**
     * What the guidance terms of this evaluation and of those right before it are multiplied by, in units of eps, the
     * latest first.
     *
     * @param run how many evaluations were guided in a row, this one included; at least 1
     */
    double[] termCoefficients(int evaluation, int run);

    /** Whether this evaluation takes a step for the second time, from the same image. */
    default boolean corrects(int evaluation) {
        return stepIndex(evaluation) != timestepIndex(evaluation);
    }

    /**
     * The solver that a request asks for.
     *
     * @param tables of the {@link TrainedProcess} for this sampler
     * @param clip whether the predicted x_0 is clamped to [-1, 1]: for models of pixels, not of latents
     * @param variance used by DDPM alone
     */
    static Solver of(SamplerSettings settings, DiffusionTables tables, VarianceKind variance, boolean clip) {
        Sampler sampler = Sampler.of(settings, tables, variance, clip);
        return switch (settings.kind()) {
            case DDPM, DDIM, EULER -> new SingleStepSolver(tables, sampler);
            case PNDM -> new PndmSolver(tables, sampler);
            case DPMPP_2M -> new DpmSolver(tables, sampler, clip);
        };
    }
}
