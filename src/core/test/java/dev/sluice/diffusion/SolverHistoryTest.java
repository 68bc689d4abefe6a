package dev.sluice.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.request.Guidance;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.SamplerSettings.Kind;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What multi-step solvers make of skipped guidance, on images that are normal, where every way between two steps is known:
 * without guidance an element keeps its place between the quantiles of the noisy normal distributions.
 */
class SolverHistoryTest {
    private static final int ELEMENTS = 64;
    private static final double SCALE = 7.5;

    /** The class sets the mean of half of the elements, and the variance of the other half. */
    private static final Normals CONDITIONAL =
            new Normals(e -> e % 2 == 0 ? 0.2 * (e % 5 - 2) : 0, e -> e % 2 == 0 ? 0.09 : 0.25);

    private static final Normals UNCONDITIONAL = new Normals(e -> 0, e -> e % 2 == 0 ? 0.09 : 0.5);
    private static final ClosedFormModel MODEL =
            (x, alphaBar, conditional) -> (conditional ? CONDITIONAL : UNCONDITIONAL).eps(x, alphaBar);

    /** Far smaller than with a history in which pushed and plain predictions take turns. */
    @ParameterizedTest
    @CsvSource({
        "PNDM, 25, 1, 40", "PNDM, 16, 1, 40", "PNDM, 10, 1, 20", "PNDM, 8, 1, 10", "PNDM, 10, 2, 2.5",
        "DPMPP_2M, 25, 1, 5", "DPMPP_2M, 16, 1, 15", "DPMPP_2M, 10, 1, 30", "DPMPP_2M, 8, 1, 30", "DPMPP_2M, 10, 2, 15",
    })
    void compressedRunStaysOnItsPath(Kind kind, int guided, double exponent, double timesSmaller) {
        SamplingScheduleRun run = new SamplingScheduleRun(MODEL, kind, 50);
        Guidance.ClassifierFree guidance = SamplingScheduleRun.compressed(SCALE, guided, exponent);

        double consistent = error(run, guidance, run::states);
        double mixed = error(run, guidance, run::statesWithMixedHistory);

        assertThat(mixed / consistent).as("%s against %s", mixed, consistent).isGreaterThan(timesSmaller);
    }

    @ParameterizedTest
    @EnumSource(names = {"PNDM", "DPMPP_2M"})
    void guidingEveryStepIsTheMethodOnTheCombinedPredictions(Kind kind) {
        for (int steps : new int[] {1, 2, 3, 4, 9, 30}) {
            SamplingScheduleRun run = new SamplingScheduleRun(MODEL, kind, steps);
            for (GuidanceWeighting.Kind weighting : GuidanceWeighting.Kind.values()) {
                Guidance.ClassifierFree full =
                        SamplingScheduleRun.guidance(SCALE, new GuidanceSchedule.Full(), weighting);
                float[] combined = last(run.statesWithMixedHistory(noise(1), full));
                assertThat(last(run.states(noise(1), full)))
                        .as("%d steps, %s", steps, weighting)
                        .containsExactly(combined, within(1e-4f));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"PNDM", "DPMPP_2M"})
    void scaleThatPushesNothingIsTheUnguidedRunBitForBit(Kind kind) {
        SamplingScheduleRun run = new SamplingScheduleRun(MODEL, kind, 20);
        float[] unguided = last(run.statesWithMixedHistory(noise(2), SamplingScheduleRun.compressed(1, 5, 1)));
        assertThat(last(run.states(noise(2), SamplingScheduleRun.compressed(1, 5, 1))))
                .containsExactly(unguided);
    }

    /** The gradient of class c's log-probability is the term over {@code -sqrt(1-abar)}: both guide the same way. */
    @ParameterizedTest
    @EnumSource(names = {"PNDM", "DPMPP_2M", "EULER"})
    void classifierGuidesAsTheClassifierFreeTermDoes(Kind kind) {
        GuidanceSchedule schedule = new GuidanceSchedule.Explicit(List.of(20, 19, 18, 17, 10, 6, 5, 1));
        GuidanceWeighting weighting = GuidanceWeighting.of(GuidanceWeighting.Kind.GAP);
        SamplingScheduleRun run = new SamplingScheduleRun(MODEL, kind, 20);
        float[] free = last(run.states(noise(3), new Guidance.ClassifierFree(3, schedule, weighting)));

        SamplingSchedule samplingSchedule = run.samplingSchedule(
                new Guidance.Classifier(2, schedule, weighting, Guidance.DenoiserCondition.CONDITIONAL));
        float[] x = noise(3);
        float[] gradient = new float[ELEMENTS];
        SolverMemory memory = samplingSchedule.newMemory(ELEMENTS, ELEMENTS);
        for (int evaluation = samplingSchedule.length() - 1; evaluation >= 0; evaluation--) {
            double alphaBar = SamplingScheduleRun.alphaBarAt(samplingSchedule.timestep(evaluation));
            float[] prediction = MODEL.eps(x, alphaBar, true);
            if (samplingSchedule.isGuided(evaluation)) {
                float[] unconditional = MODEL.eps(x, alphaBar, false);
                for (int e = 0; e < ELEMENTS; e++) {
                    gradient[e] = (float) (-(prediction[e] - unconditional[e]) / Math.sqrt(1 - alphaBar));
                }
            }
            samplingSchedule.extrapolateTerm(evaluation, gradient, memory);
            samplingSchedule.extrapolate(evaluation, x, prediction, memory);
            double omega = samplingSchedule.weight(evaluation);
            samplingSchedule.step(evaluation, x, prediction, omega == 0 ? null : gradient, 2 * omega, x);
        }
        assertThat(x).containsExactly(free, within(1e-4f));
    }

    /** What the extrapolation is for: PNDM's error at 50 steps is less than a fifth of DDIM's. */
    @Test
    void fourEvaluationsAreBetterThanOne() {
        Guidance.ClassifierFree full = SamplingScheduleRun.full(1);
        SamplingScheduleRun pndm = new SamplingScheduleRun(MODEL, Kind.PNDM, 50);
        SamplingScheduleRun ddim = new SamplingScheduleRun(MODEL, Kind.DDIM, 50);

        assertThat(error(pndm, full, pndm::states)).isLessThan(error(ddim, full, ddim::states) / 5);
    }

    private interface Run {
        List<float[]> states(float[] initial, Guidance.ClassifierFree guidance);
    }

    /**
     * Root mean square distance of some images from where they would be if every step was exact: the way without guidance,
     * and then the push. Taken before the last step, which DPM-Solver++ takes at order one to an infinite log-SNR, and which
     * is as wrong for one history as for another.
     */
    private static double error(SamplingScheduleRun run, Guidance.ClassifierFree guidance, Run states) {
        double squares = 0;
        int images = 50;
        for (int image = 0; image < images; image++) {
            List<float[]> computed = states.states(noise(100 + image), guidance);
            float[] found = computed.get(computed.size() - 2);
            double[] expected = exact(run, guidance, noise(100 + image));
            for (int e = 0; e < ELEMENTS; e++) {
                squares += (found[e] - expected[e]) * (found[e] - expected[e]);
            }
        }
        return Math.sqrt(squares / images / ELEMENTS);
    }

    private static double[] exact(SamplingScheduleRun run, Guidance.ClassifierFree guidance, float[] initial) {
        DiffusionTables tables = run.tables();
        StepPlan plan = StepPlan.of(guidance, tables);
        double[] x = new double[ELEMENTS];
        for (int e = 0; e < ELEMENTS; e++) {
            x[e] = initial[e];
        }
        for (int index = tables.steps() - 1; index >= 1; index--) {
            double from = tables.alphaBar(index);
            double to = tables.alphaBarPrevious(index);
            double length = Math.sqrt(to) * (sigma(to) - sigma(from));
            for (int e = 0; e < ELEMENTS; e++) {
                double term = CONDITIONAL.eps(e, x[e], from) - UNCONDITIONAL.eps(e, x[e], from);
                double push = plan.isGuided(index) ? ClassifierFree.push(guidance, plan.weight(index)) : 0;
                x[e] = CONDITIONAL.flow(e, x[e], from, to) + length * push * term;
            }
        }
        return x;
    }

    private static double sigma(double alphaBar) {
        return Math.sqrt((1 - alphaBar) / alphaBar);
    }

    private static float[] noise(long seed) {
        Random random = new Random(seed);
        float[] noise = new float[ELEMENTS];
        for (int e = 0; e < ELEMENTS; e++) {
            noise[e] = (float) random.nextGaussian();
        }
        return noise;
    }

    private static float[] last(List<float[]> states) {
        return states.getLast();
    }

    private interface OfElement {
        double at(int element);
    }

    /** Independent normal elements. */
    private record Normals(OfElement mean, OfElement variance) {
        float[] eps(float[] x, double alphaBar) {
            float[] eps = new float[x.length];
            for (int e = 0; e < x.length; e++) {
                eps[e] = (float) eps(e, x[e], alphaBar);
            }
            return eps;
        }

        double eps(int e, double x, double alphaBar) {
            return Math.sqrt(1 - alphaBar) * (x - Math.sqrt(alphaBar) * mean.at(e)) / spread(e, alphaBar);
        }

        /** Where the deterministic process takes x from one noise level to another. */
        double flow(int e, double x, double from, double to) {
            double deviations = (x - Math.sqrt(from) * mean.at(e)) / Math.sqrt(spread(e, from));
            return Math.sqrt(to) * mean.at(e) + deviations * Math.sqrt(spread(e, to));
        }

        private double spread(int e, double alphaBar) {
            return alphaBar * variance.at(e) + 1 - alphaBar;
        }
    }
}
