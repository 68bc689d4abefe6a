package dev.sluice.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.request.Guidance;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.GuidanceWeighting.Kind;
import dev.sluice.request.SamplerSettings;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tables and respacing against groups 06 to 10, 13 and 15. */
class TablesGoldenTest {
    private static final TrainedProcess STABLE_DIFFUSION =
            new TrainedProcess(BetaSchedule.SCALED_LINEAR, 1000, Spacing.LEADING, 1, FinalAlphaBar.FIRST);
    private static final DiffusionTables LINEAR_250 = DiffusionTables.evenly(BetaSchedule.LINEAR, 1000, 250);

    @Test
    void intervalGuidesThePublishedNoiseLevels() {
        JsonNode golden = Golden.group("06_interval");
        double high = golden.at("/sigma_at_17_22/0").doubleValue();
        double low = golden.at("/sigma_at_17_22/1").doubleValue();
        StepPlan plan = StepPlan.of(
                new GuidanceSchedule.Interval(low, high), GuidanceWeighting.of(Kind.NONE), unrespaced("linear"));

        List<Integer> bounds = Golden.integers(golden.at("/linear_T1000_interval_idx_for_that_sigma"));
        assertThat(plan.guidedTimesteps().reversed())
                .isEqualTo(IntStream.rangeClosed(bounds.get(0) + 1, bounds.get(1) + 1)
                        .boxed()
                        .toList());
    }

    @Test
    void respacingVisitsThePublishedTimesteps() {
        JsonNode golden = Golden.group("07_respace");
        List<Integer> all = boxed(Respacing.evenly(1000, 250));
        assertThat(all).startsWith(Golden.integers(golden.at("/250_first12")).toArray(Integer[]::new));
        assertThat(all).endsWith(Golden.integers(golden.at("/250_last6")).toArray(Integer[]::new));
        golden.at("/250_idx")
                .properties()
                .forEach(entry -> assertThat(all.get(Integer.parseInt(entry.getKey())))
                        .isEqualTo(entry.getValue().intValue()));
        assertThat(all.stream().mapToInt(Integer::intValue).sum())
                .isEqualTo(golden.at("/250_sum").intValue());

        assertThat(boxed(Respacing.ddim(1000, 25))).isEqualTo(Golden.integers(golden.at("/ddim25")));
        int[] ddim50 = Respacing.ddim(1000, 50);
        assertThat(List.of(ddim50[0], ddim50[ddim50.length - 1], ddim50.length))
                .isEqualTo(Golden.integers(golden.at("/ddim50_first_last")));
        assertThat(boxed(Respacing.fast27(1000))).isEqualTo(Golden.integers(golden.at("/fast27")));
        assertThat(boxed(Respacing.sections(300, 10, 15, 20)))
                .isEqualTo(Golden.integers(golden.at("/10,15,20_of_300")));
        assertThat(boxed(Respacing.evenly(1000, 50)))
                .endsWith(Golden.integers(golden.at("/50_last5")).toArray(Integer[]::new));
    }

    @Test
    void betasAndTheirProductsMatch() {
        Golden.group("08_betas").properties().forEach(schedule -> {
            double[] betas = schedule(schedule.getKey()).betas(1000);
            schedule.getValue()
                    .properties()
                    .forEach(entry -> Golden.assertSame(
                            betas[Integer.parseInt(entry.getKey())],
                            entry.getValue(),
                            schedule.getKey() + " beta " + entry.getKey()));
        });
        Golden.group("08_alpha_bar").properties().forEach(schedule -> {
            DiffusionTables tables = unrespaced(schedule.getKey());
            schedule.getValue()
                    .properties()
                    .forEach(entry -> Golden.assertSame(
                            tables.alphaBar(Integer.parseInt(entry.getKey())),
                            entry.getValue(),
                            schedule.getKey() + " abar " + entry.getKey()));
        });
    }

    @Test
    void respacedPosteriorMatches() {
        Golden.group("09_respaced_250").properties().forEach(schedule -> {
            DiffusionTables tables = DiffusionTables.evenly(schedule(schedule.getKey()), 1000, 250);
            schedule.getValue().properties().forEach(entry -> {
                int i = Integer.parseInt(entry.getKey());
                String where = schedule.getKey() + " index " + i;
                JsonNode golden = entry.getValue();
                assertThat(tables.originalTimestep(i))
                        .as(where)
                        .isEqualTo(golden.at("/orig_t").intValue());
                Golden.assertSame(tables.beta(i), golden.at("/beta"), where);
                Golden.assertSame(tables.alphaBar(i), golden.at("/alpha_bar"), where);
                Golden.assertSame(tables.posteriorVariance(i), golden.at("/post_var"), where);
                Golden.assertSame(tables.posteriorLogVarianceClipped(i), golden.at("/post_logvar_clipped"), where);
                Golden.assertSame(tables.posteriorMeanCoefficient1(i), golden.at("/coef1"), where);
                Golden.assertSame(tables.posteriorMeanCoefficient2(i), golden.at("/coef2"), where);
            });
        });
    }

    @Test
    void learnedVarianceSpansPosteriorToBeta() {
        Golden.group("10_learned_range_variance").properties().forEach(schedule -> {
            DiffusionTables tables = DiffusionTables.evenly(schedule(schedule.getKey()), 1000, 250);
            schedule.getValue().properties().forEach(entry -> {
                MatchResult name = Pattern.compile("i(\\d+)_v(.+)")
                        .matcher(entry.getKey())
                        .results()
                        .findFirst()
                        .orElseThrow();
                double logVariance = tables.learnedRangeLogVariance(
                        Integer.parseInt(name.group(1)), Double.parseDouble(name.group(2)));
                Golden.assertSame(logVariance, entry.getValue().at("/logvar"), schedule.getKey() + entry.getKey());
                Golden.assertSame(
                        StrictMath.exp(logVariance), entry.getValue().at("/var"), schedule.getKey() + entry.getKey());
            });
        });
    }

    @Test
    void stableDiffusionTimestepsMatch() {
        JsonNode golden = Golden.group("13_sd_timesteps");
        int[] ddim = Respacing.leading(1000, 50, 1);
        assertThat(List.of(ddim[0], ddim[1], ddim[49])).isEqualTo(Golden.integers(golden.at("/ddim50")));
        assertThat(ddim).hasSize(50);

        SamplingSchedule samplingSchedule = SamplingSchedule.of(
                SamplerSettings.deterministic(SamplerSettings.Kind.PNDM, 50),
                new Guidance.None(),
                STABLE_DIFFUSION.tables(SamplerSettings.Kind.PNDM, 50),
                VarianceKind.FIXED_SMALL,
                false);
        List<Integer> plms = IntStream.iterate(samplingSchedule.length() - 1, e -> e >= 0, e -> e - 1)
                .mapToObj(samplingSchedule::timestep)
                .toList();
        assertThat(plms)
                .hasSize(golden.at("/plms50_len").intValue())
                .startsWith(Golden.integers(golden.at("/plms50_head")).toArray(Integer[]::new))
                .endsWith(Golden.integers(golden.at("/plms50_tail")).toArray(Integer[]::new));
        Golden.assertSame(
                unrespaced("scaled_linear").alphaBar(0),
                golden.at("/final_alpha_bar_set_alpha_to_one_false"),
                "abar of the first training step");
        for (SamplerSettings.Kind kind : List.of(SamplerSettings.Kind.DDIM, SamplerSettings.Kind.PNDM)) {
            Golden.assertSame(
                    STABLE_DIFFUSION.tables(kind, 50).alphaBarPrevious(0),
                    golden.at("/final_alpha_bar_set_alpha_to_one_false"),
                    kind + "'s end");
        }
    }

    /**
     * Some public research code finds the sampling index of an original timestep as {@code (t+1)/4 - 1}, which is one too
     * low up to index 207 and wraps at 0. Plans here go by index, so the two must differ exactly there.
     */
    @Test
    void plansGoByIndexAndNotByThePublicMappingQuirk() {
        JsonNode golden = Golden.group("15_public_index_rule");
        int[] quirk = new int[250];
        for (int i = 0; i < 250; i++) {
            assertThat(LINEAR_250.originalTimestep(i) / 4).isEqualTo(i);
            quirk[i] = (LINEAR_250.originalTimestep(i) + 1) / 4 - 1;
        }
        assertThat(quirk[0]).isEqualTo(golden.at("/i0").intValue());
        assertThat(quirk[1]).isEqualTo(golden.at("/i1").intValue());
        int first = golden.at("/first_i_where_rule_equals_i").intValue();
        assertThat(IntStream.range(1, first)).allMatch(i -> quirk[i] == i - 1);
        assertThat(IntStream.range(first, 250)).allMatch(i -> quirk[i] == i);

        golden.at("/effective_guided_steps").properties().forEach(entry -> {
            int stride = Integer.parseInt(entry.getKey().substring("linear skip".length()));
            StepPlan plan = StepPlan.of(
                    new GuidanceSchedule.EveryNth(stride),
                    new GuidanceWeighting(Kind.NONE, true, OptionalDouble.empty()),
                    LINEAR_250);
            assertThat(IntStream.range(0, 250)
                            .filter(i -> plan.isGuided(Math.floorMod(quirk[i], 250)))
                            .count())
                    .isEqualTo(entry.getValue().longValue());
            assertThat(plan.guidedTimesteps().stream().filter(t -> t > 2).allMatch(t -> t % stride == 0))
                    .isTrue();
        });
    }

    private static DiffusionTables unrespaced(String schedule) {
        return DiffusionTables.evenly(schedule(schedule), 1000, 1000);
    }

    private static BetaSchedule schedule(String name) {
        return BetaSchedule.valueOf(name.toUpperCase(Locale.ROOT));
    }

    private static List<Integer> boxed(int[] values) {
        return Arrays.stream(values).boxed().toList();
    }
}
