package dev.sluice.engine;

import dev.sluice.diffusion.ClassifierFree;
import dev.sluice.engine.Row.Role;
import dev.sluice.model.BundleManifest;
import dev.sluice.request.Guidance;
import java.nio.FloatBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The guidance of one trajectory: which rows a step needs, where their results go, and how they bend the step. The last
 * guided step's term stays in its array, which is what the hold weighting applies again (equations 12 and 13).
 */
final class GuidedStep {
    private final Recipe recipe;
    private final int guidedElements;
    private final float[] prediction;
    private final float @Nullable [] unconditional;
    private final float @Nullable [] gradient;

    /** The last guided step's {@code eps_c - eps_u}. */
    private final float @Nullable [] term;

    GuidedStep(Recipe recipe, int elements, BundleManifest manifest) {
        this.recipe = recipe;
        guidedElements = manifest.guidedElements();
        prediction = new float[manifest.predictionElements()];
        boolean classifierFree = recipe.guidance() instanceof Guidance.ClassifierFree;
        unconditional = classifierFree ? new float[manifest.predictionElements()] : null;
        term = classifierFree ? new float[guidedElements] : null;
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
        double omega = recipe.plan().weight(index);
        switch (recipe.guidance()) {
            case Guidance.None none -> step(index, x, null, 0, noise);
            case Guidance.ClassifierFree free -> {
                if (omega != 0) {
                    bendPrediction(index, free.scale(), omega);
                }
                step(index, x, null, 0, noise);
            }
            case Guidance.Classifier classifier ->
                step(index, x, omega == 0 ? null : gradient, omega * classifier.scale(), noise);
        }
    }

    private void step(int index, float[] x, float @Nullable [] push, double strength, float[] noise) {
        recipe.sampler().step(index, x, prediction, push, strength, noise);
    }

    private void bendPrediction(int index, double scale, double omega) {
        if (recipe.plan().isGuided(index)) {
            ClassifierFree.term(prediction, required(unconditional), required(term), guidedElements);
        }
        ClassifierFree.apply(prediction, required(term), scale, omega, guidedElements);
    }

    private static float[] required(float @Nullable [] array) {
        if (array == null) {
            throw new IllegalStateException("a row came back that this guidance never asks for");
        }
        return array;
    }
}
