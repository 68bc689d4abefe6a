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
    private final Recipe recipe;
    private final int guidedElements;
    private final float[] prediction;
    private final float @Nullable [] unconditional;
    private final float @Nullable [] gradient;
    /** Whether {@link #gradient}, or the classifier-free term, is that of an earlier guided step to apply again. */
    private boolean held;

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
        };
        results.get(row * target.length, target);
    }

    /** Takes the step at this index from x, in place. */
    void apply(int index, float[] x, float[] noise) {
        StepPlan plan = recipe.plan();
        boolean guided = plan.isGuided(index);
        switch (recipe.guidance()) {
            case Guidance.None none -> recipe.sampler().step(index, x, prediction, null, 0, noise);
            case Guidance.ClassifierFree free -> {
                bendPrediction(free.scale(), guided, plan, index);
                recipe.sampler().step(index, x, prediction, null, 0, noise);
            }
            case Guidance.Classifier classifier -> {
                held |= guided && plan.holds();
                double omega = guided ? plan.weight(index) : held ? 1 : 0;
                recipe.sampler()
                        .step(index, x, prediction, omega == 0 ? null : gradient, omega * classifier.scale(), noise);
            }
        }
    }

    private void bendPrediction(double scale, boolean guided, StepPlan plan, int index) {
        if (plan.holds()) {
            float[] term = required(heldTerm);
            if (guided) {
                ClassifierFree.term(prediction, required(unconditional), term, guidedElements);
                held = true;
            }
            if (held) {
                ClassifierFree.apply(prediction, term, scale, guided ? plan.weight(index) : 1, guidedElements);
            }
        } else if (guided) {
            ClassifierFree.combine(prediction, required(unconditional), scale, plan.weight(index), guidedElements);
        }
    }

    private static float[] required(float @Nullable [] array) {
        if (array == null) {
            throw new IllegalStateException("a row came back that this guidance never asks for");
        }
        return array;
    }
}
