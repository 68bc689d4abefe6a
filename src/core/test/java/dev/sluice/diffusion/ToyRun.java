package dev.sluice.diffusion;

import dev.sluice.request.SamplerSettings;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Whole runs of the toy model with the real samplers. The {@code vanilla} runs know nothing of plans; the planned ones
 * are what an engine does for one image.
 */
record ToyRun(DiffusionTables tables, Sampler sampler, NoiseStream noise) {
    private static final int ELEMENTS = 35;

    /** Any of the samplers, settings, step counts and noise. */
    static ToyRun seeded(long seed) {
        Random random = new Random(seed);
        int steps = 1 + random.nextInt(60);
        BetaSchedule schedule = any(random, BetaSchedule.values());
        DiffusionTables tables = DiffusionTables.evenly(schedule, 1000, steps);
        SamplerSettings settings = random.nextBoolean()
                ? SamplerSettings.ddpm(steps)
                : SamplerSettings.ddim(steps, random.nextBoolean() ? 0 : random.nextDouble());
        VarianceKind variance = any(random, VarianceKind.values());
        Sampler sampler = Sampler.of(settings, tables, variance, random.nextBoolean());
        return new ToyRun(tables, sampler, new NoiseStream(random.nextLong(), random.nextInt(4)));
    }

    static <T> T any(Random random, T[] choices) {
        return choices[random.nextInt(choices.length)];
    }

    float[] unguided(ToyModel model) {
        return run(model, (index, x, prediction) -> step(index, x, prediction, null, 0));
    }

    float[] vanillaClassifier(ToyModel model, double scale) {
        return run(model, (index, x, prediction) -> {
            float[] gradient = new float[ELEMENTS];
            model.gradient(x, gradient);
            step(index, x, prediction, gradient, scale);
        });
    }

    float[] classifier(ToyModel model, double scale, StepPlan plan) {
        float[] gradient = new float[ELEMENTS];
        return run(model, (index, x, prediction) -> {
            if (plan.isGuided(index)) {
                model.gradient(x, gradient);
            }
            boolean pushed = plan.weight(index) != 0;
            step(index, x, prediction, pushed ? gradient : null, plan.weight(index) * scale);
        });
    }

    float[] vanillaClassifierFree(ToyModel model, double scale) {
        return run(model, (index, x, prediction) -> {
            float[] unconditional = new float[2 * ELEMENTS];
            model.denoiseUnconditionally(x, index, unconditional);
            for (int e = 0; e < ELEMENTS; e++) {
                prediction[e] += (float) (scale - 1) * (prediction[e] - unconditional[e]);
            }
            step(index, x, prediction, null, 0);
        });
    }

    float[] classifierFree(ToyModel model, double scale, StepPlan plan) {
        float[] term = new float[ELEMENTS];
        return run(model, (index, x, prediction) -> {
            if (plan.isGuided(index)) {
                float[] unconditional = new float[2 * ELEMENTS];
                model.denoiseUnconditionally(x, index, unconditional);
                ClassifierFree.term(prediction, unconditional, term, ELEMENTS);
            }
            ClassifierFree.apply(prediction, term, plan.weight(index) * (scale - 1), ELEMENTS);
            step(index, x, prediction, null, 0);
        });
    }

    @FunctionalInterface
    private interface Guide {
        void step(int index, float[] x, float[] prediction);
    }

    private float[] run(ToyModel model, Guide guide) {
        float[] x = new float[ELEMENTS];
        float[] prediction = new float[2 * ELEMENTS];
        noise.fillInitial(x);
        for (int index = tables.steps() - 1; index >= 0; index--) {
            model.denoiseConditionally(x, index, prediction);
            guide.step(index, x, prediction);
        }
        return x;
    }

    private void step(int index, float[] x, float[] prediction, float @Nullable [] gradient, double strength) {
        float[] z = new float[ELEMENTS];
        if (sampler.needsNoise(index)) {
            noise.fillStep(index, z);
        }
        sampler.step(index, x, prediction, gradient, strength, z);
    }
}
