package dev.sluice.engine.sampling;

import dev.sluice.diffusion.ClassifierFree;
import dev.sluice.diffusion.SamplingSchedule;
import dev.sluice.diffusion.SolverMemory;
import dev.sluice.model.BundleManifest;
import dev.sluice.request.Guidance;
import java.nio.FloatBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The step of one trajectory: which rows an evaluation needs, where their results go, and how they move the image. What is
 * kept from evaluation to evaluation is a {@link StepMemory}.
 */
final class GuidedStep {
    private static final float[] NOTHING = {};

    private final SamplingPlan samplingPlan;
    private final int guidedElements;
    private final float[] prediction;
    private final float @Nullable [] unconditional;
    /** What the step is pushed along; where the plan holds, also at the steps after it (equations 12 and 13). */
    private final float @Nullable [] term;

    private final SolverMemory memory;

    GuidedStep(SamplingPlan samplingPlan, BundleManifest manifest) {
        this.samplingPlan = samplingPlan;
        guidedElements = manifest.guidedElements();
        prediction = new float[manifest.predictionElements()];
        boolean classifierFree = samplingPlan.guidance() instanceof Guidance.ClassifierFree;
        unconditional = classifierFree ? new float[manifest.predictionElements()] : null;
        int termElements = termElements(samplingPlan, manifest);
        term = termElements == 0 ? null : new float[termElements];
        memory = samplingPlan.samplingSchedule().newMemory(manifest.sample().elements(), termElements);
    }

    /** How many elements the guidance term has. */
    private static int termElements(SamplingPlan samplingPlan, BundleManifest manifest) {
        return switch (samplingPlan.guidance()) {
            case Guidance.None none -> 0;
            case Guidance.ClassifierFree free -> manifest.guidedElements();
            case Guidance.Classifier classifier -> manifest.sample().elements();
        };
    }

    /** Whether {@link #restore} can take this. */
    static boolean fits(StepMemory kept, SamplingPlan samplingPlan, BundleManifest manifest) {
        int termElements = termElements(samplingPlan, manifest);
        return kept.held().length == (samplingPlan.samplingSchedule().plan().holds() ? termElements : 0)
                && samplingPlan
                        .samplingSchedule()
                        .newMemory(manifest.sample().elements(), termElements)
                        .fits(kept.solver());
    }

    /**
     * A copy of what is kept from evaluation to evaluation. In the middle of a guided step the held term may be that step's
     * already: to take the step again does no harm, for a guided step replaces it.
     */
    StepMemory memory() {
        boolean holds = samplingPlan.samplingSchedule().plan().holds();
        return new StepMemory(holds && term != null ? term.clone() : NOTHING, memory.copy());
    }

    /** Goes on from what another trajectory had in its {@link #memory}. */
    void restore(StepMemory kept) {
        if (term != null) {
            System.arraycopy(kept.held(), 0, term, 0, kept.held().length);
        }
        memory.restore(kept.solver());
    }

    /** The rows that this evaluation needs. */
    List<Role> roles(int evaluation) {
        if (!samplingPlan.samplingSchedule().isGuided(evaluation)) {
            return List.of(Role.CONDITIONAL);
        }
        return switch (samplingPlan.guidance()) {
            case Guidance.None none -> List.of(Role.CONDITIONAL);
            case Guidance.ClassifierFree free -> List.of(Role.CONDITIONAL, Role.UNCONDITIONAL);
            case Guidance.Classifier classifier -> List.of(Role.CONDITIONAL, Role.GUIDE);
        };
    }

    /** Copies a row's result out of a batch. */
    void receive(Role role, FloatBuffer results, int row) {
        float[] target = received(role);
        results.get(row * target.length, target);
    }

    /** Whether all that came back for this evaluation is finite everywhere. */
    boolean finite(int evaluation) {
        return roles(evaluation).stream().map(this::received).allMatch(Finite::everywhere);
    }

    /** Where a row's result is kept. */
    private float[] received(Role role) {
        return switch (role) {
            case CONDITIONAL -> prediction;
            case UNCONDITIONAL -> required(unconditional);
            case GUIDE -> required(term);
            case PROMPT, SECOND_PROMPT, GUIDE_PROMPT, UPSAMPLE, DECODE -> required(null);
        };
    }

    /** Moves x as this evaluation says, in place. */
    void apply(int evaluation, float[] x, float[] noise) {
        SamplingSchedule samplingSchedule = samplingPlan.samplingSchedule();
        double omega = samplingSchedule.weight(evaluation);
        switch (samplingPlan.guidance()) {
            case Guidance.None none -> {
                samplingSchedule.extrapolate(evaluation, x, prediction, memory);
                samplingSchedule.step(evaluation, x, prediction, null, 0, noise);
            }
            case Guidance.ClassifierFree free -> {
                float[] push = required(term);
                if (samplingSchedule.isGuided(evaluation)) {
                    ClassifierFree.term(prediction, required(unconditional), push, guidedElements);
                }
                samplingSchedule.extrapolateTerm(evaluation, push, memory);
                samplingSchedule.extrapolate(evaluation, x, prediction, memory);
                if (omega != 0) {
                    ClassifierFree.apply(prediction, push, ClassifierFree.push(free, omega), guidedElements);
                }
                samplingSchedule.step(evaluation, x, prediction, null, 0, noise);
            }
            case Guidance.Classifier classifier -> {
                float[] gradient = required(term);
                samplingSchedule.extrapolateTerm(evaluation, gradient, memory);
                samplingSchedule.extrapolate(evaluation, x, prediction, memory);
                samplingSchedule.step(
                        evaluation, x, prediction, omega == 0 ? null : gradient, omega * classifier.scale(), noise);
            }
        }
    }

    private static float[] required(float @Nullable [] array) {
        if (array == null) {
            throw new IllegalStateException("a row came back that this guidance never asks for");
        }
        return array;
    }
}
