package dev.sluice.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.request.Evaluations;
import dev.sluice.request.FailureCode;
import dev.sluice.request.Guidance;
import dev.sluice.request.Guidance.CfgCompress;
import dev.sluice.request.Guidance.DenoiserCondition;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceSchedule.Arithmetic;
import dev.sluice.request.GuidanceSchedule.Compress;
import dev.sluice.request.GuidanceSchedule.Explicit;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.GuidanceWeighting.Kind;
import dev.sluice.request.InvalidFieldException;
import dev.sluice.request.SamplerSettings;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StepPlanTest {
    private static final DiffusionTables TEN = DiffusionTables.evenly(BetaSchedule.LINEAR, 1000, 10);
    private static final GuidanceWeighting GAP = GuidanceWeighting.of(Kind.GAP);

    @Test
    void largerIntegerExponentsNeverGuideMoreSteps() {
        for (int steps = 1; steps <= 250; steps++) {
            for (int n = 1; n <= steps; n++) {
                int before = steps + 1;
                for (int k = 1; k <= 6; k++) {
                    int[] counts = Equation15.multiplicities(steps, n, k, Arithmetic.EXACT);
                    int size = 0;
                    for (int count : counts) {
                        size += count > 0 ? 1 : 0;
                    }
                    if (size > before || counts[steps - 1] == 0) {
                        assertThat(size).as("T %d, n %d, k %d", steps, n, k).isBetween(1, before);
                        assertThat(counts[steps - 1])
                                .as("T %d, n %d, k %d", steps, n, k)
                                .isPositive();
                    }
                    before = size;
                }
            }
        }
    }

    @Test
    void equation15HoldsTheFirstTimestepAndEveryIOnceWhateverTheExponent() {
        for (double k : new double[] {0, 1e-300, 1e-9, 0.3, 0.5, 1, 1.7, 2, 9, 40, 1000, 1e6, 1e300}) {
            for (Arithmetic arithmetic : Arithmetic.values()) {
                for (int n : new int[] {1, 2, 49, 999, 1000}) {
                    int[] counts = Equation15.multiplicities(1000, n, k, arithmetic);
                    assertThat(counts[999])
                            .as("n %d, k %s, %s", n, k, arithmetic)
                            .isPositive();
                    assertThat(Arrays.stream(counts).sum()).isEqualTo(n);
                }
            }
        }
    }

    @Test
    void exponentZeroGuidesTheFirstAndTheLastStep() {
        assertThat(StepPlan.of(new Compress(4, 0), GAP, TEN).guidedTimesteps()).containsExactly(10, 1);
    }

    @Test
    void gapWeightsAddUpToTheFirstGuidedTimestep() {
        for (int n = 1; n <= 10; n++) {
            for (double k : new double[] {0, 0.5, 1, 2, 3.3}) {
                assertThat(sumOfWeights(StepPlan.of(new Compress(n, k), GAP, TEN)))
                        .isEqualTo(10);
            }
        }
        assertThat(sumOfWeights(StepPlan.of(new Explicit(List.of(3, 7)), GAP, TEN)))
                .isEqualTo(7);
    }

    @Test
    void varianceSumPushesAsMuchAsEveryStepsOwnVariance() {
        StepPlan plan = StepPlan.of(new Compress(4, 2), GuidanceWeighting.of(Kind.VARIANCE_SUM), TEN);
        double pushed = 0;
        double whole = 0;
        for (int i = 0; i < 10; i++) {
            double variance = Math.exp(TEN.posteriorLogVarianceClipped(i));
            pushed += plan.weight(i) * variance;
            whole += variance;
        }
        assertThat(pushed).isCloseTo(whole, within(1e-12));
    }

    @Test
    void compactRateCountsWhatWasAskedFor() {
        assertThat(StepPlan.of(new Compress(4, 2), GuidanceWeighting.of(Kind.COMPACT_RATE), TEN)
                        .weights())
                .containsExactly(2.5, 2.5, 2.5);
        assertThat(StepPlan.of(new Explicit(List.of(1, 9)), GuidanceWeighting.of(Kind.COMPACT_RATE), TEN)
                        .weights())
                .containsExactly(5.0, 5.0);
    }

    @Test
    void holdPushesFromTheFirstGuidedStepOn() {
        StepPlan plan = StepPlan.of(new Explicit(List.of(4, 7)), GuidanceWeighting.of(Kind.HOLD), TEN);
        assertThat(plan.holds()).isTrue();
        assertThat(plan.guidedTimesteps()).containsExactly(7, 4);
        assertThat(plan.weights()).containsExactly(1.0, 1.0);
        assertThat(IntStream.range(0, 10).mapToDouble(plan::weight))
                .containsExactly(1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0);
    }

    @ParameterizedTest
    @EnumSource
    void forcedTailHasWeightOneWhateverTheWeighting(Kind kind) {
        GuidanceWeighting weighting = new GuidanceWeighting(kind, true, OptionalDouble.empty());
        for (int steps : new int[] {1, 2, 10}) {
            StepPlan plan = StepPlan.of(
                    new Compress(1, 1), weighting, DiffusionTables.evenly(BetaSchedule.LINEAR, 1000, steps));
            assertThat(plan.guidedTimesteps())
                    .isEqualTo(IntStream.of(10, 2, 1)
                            .filter(t -> t <= 2 ? t <= steps : t == steps)
                            .boxed()
                            .toList());
            assertThat(plan.weight(0)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void maxOmegaBoundsEveryWeight(Kind kind) {
        GuidanceWeighting weighting = new GuidanceWeighting(kind, true, OptionalDouble.of(0.5));
        StepPlan plan = StepPlan.of(new Compress(4, 2), weighting, TEN);
        assertThat(plan.weights()).containsOnly(0.5);
    }

    @ParameterizedTest
    @EnumSource
    void nothingGuidedIsNothingPushed(Kind kind) {
        StepPlan plan = StepPlan.of(new GuidanceSchedule.EveryNth(11), GuidanceWeighting.of(kind), TEN);
        assertThat(plan.guidedCount()).isZero();
        assertThat(IntStream.range(0, 10).mapToDouble(plan::weight)).containsOnly(0.0);
    }

    @Test
    void scheduleThatDoesNotFitIsRefusedByField() {
        assertRefused(new Compress(11, 1), "guidance.schedule.guided");
        assertRefused(new GuidanceSchedule.EarlyStop(11), "guidance.schedule.guided");
        assertRefused(new GuidanceSchedule.Uniform(11), "guidance.schedule.guided");
        assertRefused(new Explicit(List.of(10, 11)), "guidance.schedule.timesteps");
    }

    @Test
    void scaleThatPushesNothingIsPlannedWithoutGuidance() {
        GuidanceSchedule schedule = new Compress(4, 2);
        Guidance free = new Guidance.ClassifierFree(1, schedule, GAP);
        Guidance classifier = new Guidance.Classifier(0, schedule, GAP, DenoiserCondition.UNCONDITIONAL);
        for (Guidance guidance : List.of(free, classifier)) {
            StepPlan plan = StepPlan.of(guidance, TEN);
            assertThat(plan.guidedTimesteps()).isEmpty();
            assertThat(evaluations(guidance)).isEqualTo(new Evaluations(10, 0, 0, 10));
        }
        assertThatExceptionOfType(InvalidFieldException.class)
                .isThrownBy(() -> StepPlan.of(new Guidance.ClassifierFree(1, new Compress(11, 1), GAP), TEN));
    }

    @Test
    void requestWithoutGuidanceSkipsNothing() {
        assertThat(evaluations(new Guidance.None())).isEqualTo(new Evaluations(10, 0, 0, 0));
    }

    @Test
    void scaleOneStillPushesWhereWeightsMultiplyTheWholeOfIt() {
        Guidance compressed = new Guidance.ClassifierFree(1, new Compress(4, 2), GAP, CfgCompress.WHOLE_SCALE);
        Guidance full = new Guidance.ClassifierFree(1, new GuidanceSchedule.Full(), GAP, CfgCompress.WHOLE_SCALE);
        assertThat(StepPlan.of(compressed, TEN).guidedTimesteps()).containsExactly(10, 8, 5);
        assertThat(StepPlan.of(full, TEN).guidedTimesteps()).isEmpty();
    }

    @Test
    void impulseIsAPushThatTheNextStepDoesNotGoOnWith() {
        assertThat(impulses(StepPlan.of(new Compress(4, 2), GAP, TEN))).containsExactly(10, 8, 5);
        assertThat(impulses(StepPlan.of(new GuidanceSchedule.EarlyStop(4), GAP, TEN)))
                .containsExactly(7);
        assertThat(impulses(StepPlan.of(new Explicit(List.of(10, 9, 8, 4)), GAP, TEN)))
                .containsExactly(8, 4);
        assertThat(impulses(StepPlan.of(new Compress(4, 2), GuidanceWeighting.of(Kind.HOLD), TEN)))
                .isEmpty();
    }

    @Test
    void guidingEveryStepIsNoImpulse() {
        assertThat(impulses(StepPlan.of(new GuidanceSchedule.Full(), GAP, TEN))).isEmpty();
    }

    private static List<Integer> impulses(StepPlan plan) {
        return IntStream.rangeClosed(1, plan.steps())
                .filter(timestep -> plan.isImpulse(timestep - 1))
                .boxed()
                .toList()
                .reversed();
    }

    private static Evaluations evaluations(Guidance guidance) {
        return SamplingSchedule.of(SamplerSettings.ddpm(10), guidance, TEN, VarianceKind.FIXED_SMALL, false)
                .evaluations();
    }

    @Test
    void summaryTellsThePlanAsRun() {
        StepPlan plan = StepPlan.of(new Compress(4, 2), GAP, TEN);
        assertThat(plan.summary().steps()).isEqualTo(10);
        assertThat(plan.summary().guidedTimesteps()).containsExactly(10, 8, 5);
        assertThat(plan.summary().weights()).containsExactly(2.0, 3.0, 5.0);
    }

    private static void assertRefused(GuidanceSchedule schedule, String field) {
        assertThatExceptionOfType(InvalidFieldException.class)
                .isThrownBy(() -> StepPlan.of(schedule, GAP, TEN))
                .satisfies(refused -> {
                    assertThat(refused.code()).isEqualTo(FailureCode.SCHEDULE_INVALID);
                    assertThat(refused.field()).isEqualTo(field);
                    assertThat(refused).hasMessageContaining("11").hasMessageContaining("10 sampling steps");
                });
    }

    private static double sumOfWeights(StepPlan plan) {
        return plan.weights().stream().mapToDouble(Double::doubleValue).sum();
    }
}
