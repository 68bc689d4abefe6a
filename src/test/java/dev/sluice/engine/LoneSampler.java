package dev.sluice.engine;

import dev.sluice.diffusion.ClassifierFree;
import dev.sluice.diffusion.NoiseStream;
import dev.sluice.diffusion.SolverMemory;
import dev.sluice.diffusion.Walk;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Guidance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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
        Walk walk = recipe.walk();
        int elements = SimulatedDevice.SHAPE.elements();
        int guidedElements = SimulatedDevice.GUIDED_CHANNELS * elements / SimulatedDevice.SHAPE.channels();
        float[] x = new float[elements];
        float[] noise = new float[elements];
        float[] term = new float[guidedElements];
        float[] gradient = new float[elements];
        SolverMemory memory = walk.newMemory(
                elements, recipe.guidance() instanceof Guidance.ClassifierFree ? guidedElements : elements);
        noiseStream.fillInitial(x);
        for (int evaluation = walk.length() - 1; evaluation >= 0; evaluation--) {
            int t = walk.timestep(evaluation);
            float[] prediction = SimulatedDevice.prediction(x, t, recipe.denoiserCondition());
            double omega = walk.weight(evaluation);
            double strength = 0;
            switch (recipe.guidance()) {
                case Guidance.None none -> walk.extrapolate(evaluation, x, prediction, memory);
                case Guidance.ClassifierFree free -> {
                    if (walk.isGuided(evaluation)) {
                        float[] unconditional = SimulatedDevice.prediction(x, t, SimulatedDevice.NULL_CLASS);
                        ClassifierFree.term(prediction, unconditional, term, guidedElements);
                    }
                    walk.extrapolateTerm(evaluation, term, memory);
                    walk.extrapolate(evaluation, x, prediction, memory);
                    if (omega != 0) {
                        ClassifierFree.apply(prediction, term, ClassifierFree.push(free, omega), guidedElements);
                    }
                }
                case Guidance.Classifier classifier -> {
                    if (walk.isGuided(evaluation)) {
                        gradient = SimulatedDevice.gradient(x, t, recipe.target());
                    }
                    walk.extrapolateTerm(evaluation, gradient, memory);
                    walk.extrapolate(evaluation, x, prediction, memory);
                    strength = omega * classifier.scale();
                }
            }
            Arrays.fill(noise, 0);
            if (walk.needsNoise(evaluation)) {
                noiseStream.fillStep(evaluation, noise);
            }
            walk.step(evaluation, x, prediction, strength == 0 ? null : gradient, strength, noise);
        }
        return x;
    }
}
