package dev.sluice.engine;

import dev.sluice.diffusion.ClassifierFree;
import dev.sluice.diffusion.StepPlan;
import dev.sluice.engine.Row.Role;
import dev.sluice.model.BundleManifest;
import dev.sluice.request.Guidance;
import java.nio.FloatBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The guidance of one trajectory: which rows a step needs, where their results go, and how they bend the step. The only
 * memory from step to step is the guidance term that the hold weighting keeps (equations 12 and 13).
 */
final class GuidedStep {
    private static final float[] NOTHING = {};

    private final Recipe recipe;
    private final int guidedElements;
    private final float[] prediction;
    private final float @Nullable [] unconditional;
    private final float @Nullable [] gradient;
    /** The classifier-free term of the last guided step, to apply again; zero before the first. */
    private final float @Nullable [] heldTerm;

    GuidedStep(Recipe recipe, int elements, BundleManifest manifest) {
        this.recipe = recipe;
        guidedElements = manifest.guidedElements();
        prediction = new float[manifest.predictionElements()];
        boolean classifierFree = recipe.guidance() instanceof Guidance.ClassifierFree;
        unconditional = classifierFree ? new float[manifest.predictionElements()] : null;
        heldTerm = classifierFree && recipe.plan().holds() ? new float[guidedElements] : null;
        gradient = recipe.guidance() instanceof Guidance.Classifier ? new float[elements] : null;
    }

    /** How many elements are kept from step to step. */
    static int heldElements(Recipe recipe, BundleManifest manifest) {
        if (!recipe.plan().holds()) {
            return 0;
        }
        return switch (recipe.guidance()) {
            case Guidance.None none -> 0;
            case Guidance.ClassifierFree free -> manifest.guidedElements();
            case Guidance.Classifier classifier -> manifest.sample().elements();
        };
    }

    /**
     * A copy of what is kept from step to step; empty where nothing is. In the middle of a guided step it may be that
     * step's already: to take the step again does no harm, for a guided step replaces it.
     */
    float[] held() {
        float[] kept = kept();
        return kept == null ? NOTHING : kept.clone();
    }

    /** Goes on from what another trajectory {@link #held}. */
    void hold(float[] held) {
        float[] kept = kept();
        if (kept != null) {
            System.arraycopy(held, 0, kept, 0, kept.length);
        }
    }

    private float @Nullable [] kept() {
        if (!recipe.plan().holds()) {
            return null;
        }
        return heldTerm == null ? gradient : heldTerm;
    }

    /** The rows that the step at this index needs. */
    List<Role> roles(int index) {
        if (!recipe.plan().isGuided(index)) {
            return List.of(Role.CONDITIONAL);
        }
        return switch (recipe.guidance()) {
            case Guidance.None none -> List.of(Role.CONDITIONAL);
            case Guidance.ClassifierFree free -> List.of(Role.CONDITIONAL, Role.UNCONDITIONAL);
            case Guidance.Classifier classifier -> List.of(Role.CONDITIONAL, Role.GUIDE);
        };
    }

    /** Copies a row's result out of a call. */
    void receive(Role role, FloatBuffer results, int row) {
        float[] target = switch (role) {
            case CONDITIONAL -> prediction;
            case UNCONDITIONAL -> required(unconditional);
            case GUIDE -> required(gradient);
            case PROMPT, SECOND_PROMPT, GUIDE_PROMPT, UPSAMPLE, DECODE -> required(null);
        };
        results.get(row * target.length, target);
    }

    /** Takes the step at this index from x, in place. */
    void apply(int index, float[] x, float[] noise) {
        StepPlan plan = recipe.plan();
        switch (recipe.guidance()) {
            case Guidance.None none -> recipe.sampler().step(index, x, prediction, null, 0, noise);
            case Guidance.ClassifierFree free -> {
                bendPrediction(free.scale(), plan, index);
                recipe.sampler().step(index, x, prediction, null, 0, noise);
            }
            case Guidance.Classifier classifier -> {
                double omega = plan.weight(index);
                recipe.sampler()
                        .step(index, x, prediction, omega == 0 ? null : gradient, omega * classifier.scale(), noise);
            }
        }
    }

    private void bendPrediction(double scale, StepPlan plan, int index) {
        double omega = plan.weight(index);
        if (plan.holds()) {
            float[] term = required(heldTerm);
            if (plan.isGuided(index)) {
                ClassifierFree.term(prediction, required(unconditional), term, guidedElements);
            }
            ClassifierFree.apply(prediction, term, scale, omega, guidedElements);
        } else if (plan.isGuided(index)) {
            ClassifierFree.combine(prediction, required(unconditional), scale, omega, guidedElements);
        }
    }

    private static float[] required(float @Nullable [] array) {
        if (array == null) {
            throw new IllegalStateException("a row came back that this guidance never asks for");
        }
        return array;
    }
}
