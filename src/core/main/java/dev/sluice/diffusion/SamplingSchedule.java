package dev.sluice.diffusion;

import dev.sluice.request.Evaluations;
import dev.sluice.request.Guidance;
import dev.sluice.request.SamplerSettings;
import org.jspecify.annotations.Nullable;

/**
 * One image's way from noise to picture, evaluation by evaluation: a sampler's order and a plan's guidance put
 * together. Immutable, so all images of a request share it; only x and a {@link SolverMemory} belong to one image.
 *
 * <p>Evaluations count down to 0, the last. Their guidance follows the step plan of T steps: an evaluation is guided where
 * its timestep's step is. PNDM's second evaluation of the first step is guided only where the first one was too, since
 * otherwise there is no push for it to correct.
 *
 * <p>Under a multi-step sampler every step is taken with an extrapolated prediction and, apart from it, an extrapolated
 * guidance term. The prediction's history is that of the <em>unguided</em> predictions, which are comparable from step to
 * step whatever was guided. The term's history reaches back only as far as steps were guided in a row; one that stands
 * alone is taken as it is, the constant of equation 14. Where every step is guided both use the same coefficients, and
 * so, being linear, make together what the method makes of the combined predictions.
 */
public final class SamplingSchedule {
    private final Solver solver;
    private final StepPlan plan;
    private final Guidance guidance;

    private SamplingSchedule(Solver solver, StepPlan plan, Guidance guidance) {
        this.solver = solver;
        this.plan = plan;
        this.guidance = guidance;
    }

    /**
     * The schedule of a request over a model.
     *
     * @param variance used by DDPM alone
     * @param clip whether the predicted x_0 is clamped to [-1, 1]: for models of pixels, not of latents
     * @throws dev.sluice.request.InvalidFieldException where the schedule does not fit into T steps, or N has no such T
     */
    public static SamplingSchedule of(
            SamplerSettings sampler, Guidance guidance, DiffusionTables tables, VarianceKind variance, boolean clip) {
        return new SamplingSchedule(
                Solver.of(sampler, tables, variance, clip), StepPlan.of(guidance, tables), guidance);
    }

    /** Which of the T steps are guided. */
    public StepPlan plan() {
        return plan;
    }

    /** How many evaluations of the denoiser there are: T, or T + 1 for PNDM. */
    public int length() {
        return solver.evaluations();
    }

    /** The timestep that the networks are given. */
    public int timestep(int evaluation) {
        return solver.tables().originalTimestep(solver.timestepIndex(evaluation));
    }

    /** Whether guidance is evaluated. */
    public boolean isGuided(int evaluation) {
        return plan.isGuided(solver.timestepIndex(evaluation)) && plan.isGuided(solver.stepIndex(evaluation));
    }

    /** Omega, what the push of the step that this evaluation takes is multiplied by; 0 where nothing is pushed. */
    public double weight(int evaluation) {
        return plan.weight(solver.stepIndex(evaluation));
    }

    /** Whether the step adds noise. */
    public boolean needsNoise(int evaluation) {
        return solver.sampler().needsNoise(solver.stepIndex(evaluation));
    }

    /**
     * An image's memory before its first evaluation.
     *
     * @param elements of the image
     * @param termElements of the guidance term; 0 where there is no guidance
     */
    public SolverMemory newMemory(int elements, int termElements) {
        return new SolverMemory(solver, elements, termElements);
    }

    /**
     * Turns the denoiser's unguided prediction into the one that the step is taken with, in place.
     *
     * @param x where it was predicted; for a step that is taken again, becomes what that step goes from
     */
    public void extrapolate(int evaluation, float[] x, float[] prediction, SolverMemory memory) {
        int before = solver.stepIndex(evaluation) + 1;
        boolean afterImpulse = before < plan.steps() && plan.isImpulse(before);
        solver.extrapolate(evaluation, afterImpulse, x, prediction, memory);
    }

    /**
     * Turns the guidance term into the one that the step is pushed along, in place. An evaluation without a term of its
     * own leaves it as it is. One that takes a step again gets that step's term back.
     *
     * @param term {@code eps_c - eps_u}, or a classifier's gradient
     */
    public void extrapolateTerm(int evaluation, float[] term, SolverMemory memory) {
        if (memory.terms().length == 0) {
            return;
        }
        if (!isGuided(evaluation)) {
            if (solver.corrects(evaluation)) {
                System.arraycopy(memory.terms()[0], 0, term, 0, term.length);
            }
            return;
        }
        double[] coefficients = inTermUnits(evaluation, solver.termCoefficients(evaluation, run(evaluation)));
        if (solver.corrects(evaluation)) {
            SolverMemory.combine(term, term.length, coefficients, memory.terms());
        } else {
            SolverMemory.combineAndKeep(term, term.length, coefficients, memory.terms());
        }
    }

    /**
     * Takes the step, as {@link Sampler#step} does.
     *
     * @param prediction what {@link #extrapolate} made, and classifier-free guidance bent
     * @param gradient what {@link #extrapolateTerm} made of a classifier's; null where no push is made
     */
    public void step(
            int evaluation,
            float[] x,
            float[] prediction,
            float @Nullable [] gradient,
            double strength,
            float[] noise) {
        solver.sampler().step(solver.stepIndex(evaluation), x, prediction, gradient, strength, noise);
    }

    /** What one image costs: every evaluation one denoiser row, every guided one a row more. */
    public Evaluations evaluations() {
        return evaluationsBefore(-1);
    }

    /**
     * What one image's first evaluations cost.
     *
     * @param evaluation before which counting stops; -1 to count all
     */
    public Evaluations evaluationsBefore(int evaluation) {
        int guided = 0;
        for (int e = length() - 1; e > evaluation; e--) {
            guided += isGuided(e) ? 1 : 0;
        }
        int taken = length() - 1 - evaluation;
        return switch (guidance) {
            case Guidance.None none -> new Evaluations(taken, 0, 0, 0);
            case Guidance.Classifier classifier -> new Evaluations(taken, 0, guided, taken - guided);
            case Guidance.ClassifierFree free -> new Evaluations(taken, guided, 0, taken - guided);
        };
    }

    /** How many steps were guided in a row, up to this evaluation's. */
    private int run(int evaluation) {
        int index = solver.timestepIndex(evaluation);
        int run = 0;
        while (index + run < plan.steps() && plan.isGuided(index + run)) {
            run++;
        }
        return run;
    }

    /**
     * A classifier's gradient is {@code -sqrt(1-abar)} in eps, which changes from step to step: the factor of each
     * remembered one over that of the step.
     */
    private double[] inTermUnits(int evaluation, double[] coefficients) {
        if (!(guidance instanceof Guidance.Classifier)) {
            return coefficients;
        }
        double[] converted = coefficients.clone();
        for (int j = 0; j < converted.length; j++) {
            converted[j] *=
                    epsPerGradient(solver.timestepIndex(evaluation) + j) / epsPerGradient(solver.stepIndex(evaluation));
        }
        return converted;
    }

    private double epsPerGradient(int index) {
        return Math.sqrt(1 - solver.tables().alphaBar(index));
    }
}
