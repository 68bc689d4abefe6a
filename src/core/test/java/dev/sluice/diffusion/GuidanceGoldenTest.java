package dev.sluice.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceSchedule.Arithmetic;
import dev.sluice.request.GuidanceSchedule.Compress;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.GuidanceWeighting.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Schedules and weights against groups 01 to 05 and 14. */
class GuidanceGoldenTest {
    private static final GuidanceWeighting NONE = GuidanceWeighting.of(Kind.NONE);

    @Test
    void equation15GivesThePublishedSets() {
        JsonNode golden = Golden.group("01_eq15_table8");
        for (int k = 1; k <= 6; k++) {
            StepPlan plan = plan(new Compress(50, k), NONE, 250);
            assertThat(plan.guidedTimesteps())
                    .as("k = %d", k)
                    .isEqualTo(Golden.integers(golden.at("/sets/" + k)))
                    .hasSize(golden.at("/sizes/" + k).intValue());
        }
    }

    @Test
    void equation15GivesTheOtherSets() {
        Golden.group("02_eq15_other").properties().forEach(entry -> {
            MatchResult name = match("T(\\d+)_n(\\d+)_k([\\d.]+)", entry.getKey());
            StepPlan plan = plan(
                    new Compress(Integer.parseInt(name.group(2)), Double.parseDouble(name.group(3))),
                    NONE,
                    Integer.parseInt(name.group(1)));
            assertThat(plan.guidedTimesteps()).as(entry.getKey()).isEqualTo(Golden.integers(entry.getValue()));
        });
    }

    @Test
    void multiplicityWeighsAsPublicResearchCodeDoes() {
        Golden.group("03_multiplicity_mode").properties().forEach(entry -> {
            MatchResult name = match("T(\\d+)_skip(\\d+)_k(\\d+)", entry.getKey());
            int steps = Integer.parseInt(name.group(1));
            int n = steps / Integer.parseInt(name.group(2));
            int k = Integer.parseInt(name.group(3));
            JsonNode golden = entry.getValue();

            StepPlan plain = plan(new Compress(n, k), GuidanceWeighting.of(Kind.MULTIPLICITY), steps);
            assertThat(plain.guidedCount())
                    .isEqualTo(golden.at("/distinct_before_tail").intValue());
            assertThat(sum(plain.weights()))
                    .isEqualTo(golden.at("/sum_weights_before_tail").intValue());
            assertThat(plain.weights()).contains(golden.at("/max_multiplicity").doubleValue());
            assertThat(plan(new Compress(n, k, Arithmetic.FLOAT), GuidanceWeighting.of(Kind.MULTIPLICITY), steps)
                            .weights()
                            .equals(plain.weights()))
                    .isEqualTo(golden.at("/float_equals_exact").booleanValue());

            StepPlan tailed = plan(new Compress(n, k, Arithmetic.FLOAT), tailed(Kind.MULTIPLICITY), steps);
            assertThat(tailed.guidedCount())
                    .isEqualTo(golden.at("/guided_after_tail").intValue());
            assertThat(sum(tailed.weights()))
                    .isEqualTo(golden.at("/sum_weights_after_tail").intValue());
            assertThat(weightsOtherThanOne(tailed)).isEqualTo(byIndex(golden.at("/multiplicity_by_index_nonunit")));
        });
    }

    @Test
    void floatArithmeticDiffersFromExactJustWherePublicCodeDoes() {
        List<List<Integer>> mismatches = new ArrayList<>();
        for (int steps : new int[] {10, 20, 25, 50, 100, 250, 1000}) {
            for (int n = 1; n <= Math.min(steps, 60); n++) {
                for (int k = 1; k <= 6; k++) {
                    int[] exact = Equation15.multiplicities(steps, n, k, Arithmetic.EXACT);
                    int[] inFloats = Equation15.multiplicities(steps, n, k, Arithmetic.FLOAT);
                    if (!Arrays.equals(exact, inFloats)) {
                        mismatches.add(List.of(steps, n, k));
                    }
                }
            }
        }
        JsonNode golden = Golden.group("03b_float_vs_exact_mismatch");
        List<List<Integer>> examples = new ArrayList<>();
        golden.at("/examples").forEach(example -> examples.add(Golden.integers(example)));
        assertThat(mismatches).hasSize(golden.at("/n_mismatch").intValue());
        assertThat(mismatches.subList(0, examples.size())).isEqualTo(examples);
        assertThat(mismatches.stream().anyMatch(m -> m.get(0) == 250 && m.get(1) == 50))
                .isEqualTo(golden.at("/any_at_T250_n50").booleanValue());
    }

    @Test
    void gapWeightsStandForTheSkippedSteps() {
        Golden.group("04_gap_weights").properties().forEach(entry -> {
            MatchResult name = match("T(\\d+)_n(\\d+)_k(\\d+)_tail([01])", entry.getKey());
            GuidanceWeighting weighting = name.group(4).equals("1") ? tailed(Kind.GAP) : GuidanceWeighting.of(Kind.GAP);
            StepPlan plan = plan(
                    new Compress(Integer.parseInt(name.group(2)), Integer.parseInt(name.group(3))),
                    weighting,
                    Integer.parseInt(name.group(1)));
            List<Integer> timesteps = new ArrayList<>();
            List<Double> weights = new ArrayList<>();
            entry.getValue().at("/weights_sampling_order").forEach(pair -> {
                timesteps.add(pair.get(0).intValue());
                weights.add(pair.get(1).doubleValue());
            });
            assertThat(plan.guidedTimesteps()).as(entry.getKey()).isEqualTo(timesteps);
            assertThat(plan.weights()).as(entry.getKey()).isEqualTo(weights);
            assertThat(sum(plan.weights()))
                    .isEqualTo(entry.getValue().at("/sum").doubleValue());
            assertThat(plan.guidedCount())
                    .isEqualTo(entry.getValue().at("/n_guided").intValue());
        });
    }

    @Test
    void baselinesGuideTheStepsThatTheyName() {
        JsonNode golden = Golden.group("05_baselines");
        List<Integer> everyFifth = Golden.integers(golden.at("/linear_mod_T250_skip5_tail/indices"));
        assertThat(plan(new GuidanceSchedule.EveryNth(5), tailed(Kind.NONE), 250)
                        .guidedTimesteps())
                .isEqualTo(everyFifth.reversed().stream().map(i -> i + 1).toList());
        for (int stride : new int[] {7, 10, 11}) {
            assertThat(plan(new GuidanceSchedule.EveryNth(stride), tailed(Kind.NONE), 250)
                            .guidedCount())
                    .isEqualTo(golden.at("/linear_mod_T250_skip" + stride + "_tail_n")
                            .intValue());
        }
        List<Integer> earlyStop = Golden.integers(golden.at("/ES_T250_n50_timesteps"));
        assertThat(plan(new GuidanceSchedule.EarlyStop(50), NONE, 250).guidedTimesteps())
                .isEqualTo(IntStream.rangeClosed(earlyStop.get(1), earlyStop.get(0))
                        .boxed()
                        .toList()
                        .reversed());
        assertThat(plan(new GuidanceSchedule.Uniform(50), NONE, 250).guidedTimesteps())
                .isEqualTo(Golden.integers(golden.at("/UG_T250_n50_timesteps")));
    }

    /** x_{t-1} = 0.9 x_t + s·omega·sigma_t²·g with g = -x at its evaluation, over ten steps of growing variance. */
    @Test
    void weightingsPushALinearProcessAsFarAsTheReference() {
        double[] variances =
                IntStream.rangeClosed(1, 10).mapToDouble(t -> 0.02 * t).toArray();
        Map<String, Kind> kinds = Map.of(
                "hold", Kind.HOLD,
                "plain", Kind.NONE,
                "gap", Kind.GAP,
                "multiplicity", Kind.MULTIPLICITY,
                "variance_sum", Kind.VARIANCE_SUM);
        JsonNode golden = Golden.group("14_toy_modes");
        kinds.forEach((mode, kind) -> {
            StepPlan plan = StepPlan.of(new Compress(4, 2), GuidanceWeighting.of(kind), new double[10], variances);
            double x = 1;
            double gradient = 0;
            int evaluations = 0;
            for (int i = 9; i >= 0; i--) {
                double mean = 0.9 * x;
                if (plan.isGuided(i)) {
                    gradient = -x;
                    evaluations++;
                }
                x = mean + 0.5 * plan.weight(i) * variances[i] * gradient;
            }
            assertThat(x).as(mode).isCloseTo(golden.at("/" + mode + "/x0").doubleValue(), within(1e-14));
            assertThat(evaluations)
                    .isEqualTo(golden.at("/" + mode + "/grad_evals").intValue());
        });
    }

    private static StepPlan plan(GuidanceSchedule schedule, GuidanceWeighting weighting, int steps) {
        return StepPlan.of(schedule, weighting, DiffusionTables.evenly(BetaSchedule.LINEAR, 1000, steps));
    }

    private static GuidanceWeighting tailed(Kind kind) {
        return new GuidanceWeighting(kind, true, OptionalDouble.empty());
    }

    private static double sum(List<Double> weights) {
        return weights.stream().mapToDouble(Double::doubleValue).sum();
    }

    private static Map<Integer, Double> weightsOtherThanOne(StepPlan plan) {
        Map<Integer, Double> weights = new TreeMap<>();
        for (int i = 0; i < plan.steps(); i++) {
            if (plan.weight(i) > 1) {
                weights.put(i, plan.weight(i));
            }
        }
        return weights;
    }

    private static Map<Integer, Double> byIndex(JsonNode object) {
        Map<Integer, Double> values = new TreeMap<>();
        object.properties()
                .forEach(entry -> values.put(
                        Integer.valueOf(entry.getKey()), entry.getValue().doubleValue()));
        return values;
    }

    private static MatchResult match(String pattern, String name) {
        return Pattern.compile(pattern).matcher(name).results().findFirst().orElseThrow();
    }
}
