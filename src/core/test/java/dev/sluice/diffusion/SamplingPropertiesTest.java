package dev.sluice.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.Evaluations;
import dev.sluice.request.Guidance;
import dev.sluice.request.Guidance.DenoiserCondition;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.GuidanceWeighting.Kind;
import dev.sluice.request.SamplerSettings;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What must hold for every sampler, step count and noise. Each case is drawn from the seed in its name. */
class SamplingPropertiesTest {
    private static final GuidanceSchedule FULL = new GuidanceSchedule.Full();

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 40);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void guidingEveryStepIsVanillaGuidanceBitForBit(long seed) {
        ToyRun run = ToyRun.seeded(seed);
        for (Kind kind : Kind.values()) {
            StepPlan plan = StepPlan.of(FULL, GuidanceWeighting.of(kind), run.tables());
            assertThat(run.classifier(new ToyModel(run.tables()), 4, plan))
                    .as("%s", kind)
                    .containsExactly(run.vanillaClassifier(new ToyModel(run.tables()), 4));
            assertThat(run.classifierFree(new ToyModel(run.tables()), 2.5, plan))
                    .as("%s", kind)
                    .containsExactly(run.vanillaClassifierFree(new ToyModel(run.tables()), 2.5));
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void pushOfNothingLeavesTheUnguidedImage(long seed) {
        ToyRun run = ToyRun.seeded(seed);
        StepPlan plan = StepPlan.of(anySchedule(seed, run.tables()), anyWeighting(seed), run.tables());
        float[] unguided = run.unguided(new ToyModel(run.tables()));
        assertThat(run.classifier(new ToyModel(run.tables()), 0, plan)).containsExactly(unguided);
        assertThat(run.classifierFree(new ToyModel(run.tables()), 1, plan)).containsExactly(unguided);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void guidedRunsPushAndUnguidedPlansDoNot(long seed) {
        ToyRun run = ToyRun.seeded(seed);
        float[] unguided = run.unguided(new ToyModel(run.tables()));
        StepPlan none = StepPlan.unguided(run.tables().steps());
        assertThat(run.classifier(new ToyModel(run.tables()), 4, none)).containsExactly(unguided);
        assertThat(run.classifierFree(new ToyModel(run.tables()), 4, none)).containsExactly(unguided);
        StepPlan full = StepPlan.of(FULL, GuidanceWeighting.of(Kind.NONE), run.tables());
        assertThat(run.classifier(new ToyModel(run.tables()), 4, full)).isNotEqualTo(unguided);
        assertThat(run.classifierFree(new ToyModel(run.tables()), 4, full)).isNotEqualTo(unguided);
        for (float value : unguided) {
            assertThat(value).isFinite();
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void guidanceIsEvaluatedExactlyAtTheGuidedSteps(long seed) {
        ToyRun run = ToyRun.seeded(seed);
        GuidanceSchedule schedule = anySchedule(seed, run.tables());
        GuidanceWeighting weighting = anyWeighting(seed);

        Guidance byClassifier = new Guidance.Classifier(3, schedule, weighting, DenoiserCondition.CONDITIONAL);
        StepPlan plan = StepPlan.of(byClassifier, run.tables());
        ToyModel classifier = new ToyModel(run.tables());
        run.classifier(classifier, 3, plan);
        assertThat(evaluations(byClassifier, run))
                .isEqualTo(seen(classifier, plan))
                .satisfies(planned -> {
                    assertThat(planned.guide()).isEqualTo(plan.guidedCount());
                    assertThat(planned.unconditional()).isZero();
                });

        Guidance free = new Guidance.ClassifierFree(3, schedule, weighting);
        ToyModel denoiser = new ToyModel(run.tables());
        run.classifierFree(denoiser, 3, plan);
        assertThat(evaluations(free, run)).isEqualTo(seen(denoiser, plan)).satisfies(planned -> {
            assertThat(planned.unconditional()).isEqualTo(plan.guidedCount());
            assertThat(planned.guide()).isZero();
        });
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void noiseIsTheSameWhateverWasAskedBefore(long seed) {
        ToyRun run = ToyRun.seeded(seed);
        int steps = run.tables().steps();
        float[][] inSamplingOrder = new float[steps][17];
        for (int i = steps - 1; i >= 0; i--) {
            run.noise().fillStep(i, inSamplingOrder[i]);
        }
        Random random = new Random(seed);
        for (int draw = 0; draw < 20; draw++) {
            int index = random.nextInt(steps);
            float[] longer = new float[17 + random.nextInt(10)];
            run.noise().fillStep(index, longer);
            assertThat(Arrays.copyOf(longer, 17)).containsExactly(inSamplingOrder[index]);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void lastStepIsShiftedAndGetsNoNoise(long seed) {
        ToyRun run = ToyRun.seeded(seed);
        float[] unreadable = {Float.NaN, Float.NaN};
        float[] prediction = {0.1f, -0.2f, 0.3f, 0.4f};
        float[] plain = {0.5f, -0.25f};
        float[] pushed = plain.clone();
        run.sampler().step(0, plain, prediction, null, 0, unreadable);
        run.sampler().step(0, pushed, prediction, new float[] {50, -50}, 10, unreadable);
        assertThat(run.sampler().needsNoise(0)).isFalse();
        assertThat(pushed[0]).isFinite().isGreaterThan(plain[0]);
        assertThat(pushed[1]).isFinite().isLessThan(plain[1]);
    }

    private static Evaluations evaluations(Guidance guidance, ToyRun run) {
        SamplerSettings settings = SamplerSettings.ddpm(run.tables().steps());
        return SamplingSchedule.of(settings, guidance, run.tables(), VarianceKind.FIXED_SMALL, false)
                .evaluations();
    }

    private static Evaluations seen(ToyModel model, StepPlan plan) {
        return new Evaluations(
                model.conditional,
                model.unconditional,
                model.gradients,
                plan.steps() - model.unconditional - model.gradients);
    }

    private static GuidanceSchedule anySchedule(long seed, DiffusionTables tables) {
        Random random = new Random(~seed);
        int guided = 1 + random.nextInt(tables.steps());
        List<GuidanceSchedule> schedules = List.of(
                FULL,
                new GuidanceSchedule.Compress(guided, random.nextInt(7)),
                new GuidanceSchedule.Compress(guided, 3 * random.nextDouble()),
                new GuidanceSchedule.EarlyStop(guided),
                new GuidanceSchedule.Uniform(guided),
                new GuidanceSchedule.EveryNth(guided),
                new GuidanceSchedule.Interval(0.1, 2),
                new GuidanceSchedule.Explicit(List.of(guided)));
        return schedules.get(random.nextInt(schedules.size()));
    }

    private static GuidanceWeighting anyWeighting(long seed) {
        Random random = new Random(seed ^ 0x5eed);
        Kind kind = ToyRun.any(random, Kind.values());
        return new GuidanceWeighting(
                kind, random.nextBoolean(), random.nextBoolean() ? OptionalDouble.of(3) : OptionalDouble.empty());
    }
}
