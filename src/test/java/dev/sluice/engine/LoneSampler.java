package dev.sluice.engine;

import dev.sluice.diffusion.ClassifierFree;
import dev.sluice.diffusion.NoiseStream;
import dev.sluice.diffusion.StepPlan;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Guidance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a request's images must be: the sampling loop written down plainly, one image at a time, on the simulated
 * networks. No rows, no calls, no engine.
 */
final class LoneSampler {
    private LoneSampler() {}

    static List<float[]> samples(GenerationRequest request, Recipe recipe) {
        List<float[]> samples = new ArrayList<>();
        for (int image = 0; image < request.images(); image++) {
            samples.add(sample(recipe, new NoiseStream(request.seed(), image)));
        }
        return samples;
    }

    private static float[] sample(Recipe recipe, NoiseStream noiseStream) {
        StepPlan plan = recipe.plan();
        int elements = SimulatedDevice.SHAPE.elements();
        int guidedElements = SimulatedDevice.GUIDED_CHANNELS * elements / SimulatedDevice.SHAPE.channels();
        float[] x = new float[elements];
        float[] noise = new float[elements];
        float[] term = new float[guidedElements];
        float @Nullable [] gradient = null;
        noiseStream.fillInitial(x);
        for (int index = plan.steps() - 1; index >= 0; index--) {
            int t = recipe.tables().originalTimestep(index);
            float[] prediction = SimulatedDevice.prediction(x, t, recipe.denoiserCondition());
            double omega = plan.weight(index);
            double strength = 0;
            switch (recipe.guidance()) {
                case Guidance.None none -> {}
                case Guidance.ClassifierFree free -> {
                    if (plan.isGuided(index)) {
                        float[] unconditional = SimulatedDevice.prediction(x, t, SimulatedDevice.NULL_CLASS);
                        ClassifierFree.term(prediction, unconditional, term, guidedElements);
                    }
                    if (omega != 0) {
                        ClassifierFree.apply(prediction, term, free.scale(), omega, guidedElements);
                    }
                }
                case Guidance.Classifier classifier -> {
                    if (plan.isGuided(index)) {
                        gradient = SimulatedDevice.gradient(x, t, recipe.target());
                    }
                    strength = omega * classifier.scale();
                }
            }
            Arrays.fill(noise, 0);
            if (recipe.sampler().needsNoise(index)) {
                noiseStream.fillStep(index, noise);
            }
            recipe.sampler().step(index, x, prediction, strength == 0 ? null : gradient, strength, noise);
        }
        return x;
    }
}
