package dev.sluice.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.request.Guidance;
import dev.sluice.request.Guidance.CfgCompress;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceSchedule.Compress;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.GuidanceWeighting.Kind;
import org.junit.jupiter.api.Test;

/** One step against groups 11 and 12, at float32's precision. */
class StepGoldenTest {
    private static final double FLOAT = 1e-6;
    private static final DiffusionTables TABLES = DiffusionTables.evenly(BetaSchedule.LINEAR, 1000, 250);

    private final JsonNode golden = Golden.group("11_guided_step_scalar");
    private final int index = golden.at("/i").intValue();
    private final float[] gradient = {golden.at("/grad").floatValue()};
    private final double scale = golden.at("/s").doubleValue();

    @Test
    void ddpmStepMatches() {
        Sampler sampler = new DdpmSampler(TABLES, VarianceKind.LEARNED_RANGE, true);
        float mean = step(sampler, 0, 0);
        Golden.assertClose(mean, golden.at("/mean"), FLOAT, "mean");
        Golden.assertClose(step(sampler, scale, 0), golden.at("/mean_guided"), FLOAT, "guided mean");
        Golden.assertClose(step(sampler, 5 * scale, 0), golden.at("/mean_guided_gap5"), FLOAT, "guided mean, gap 5");
        assertThat(step(sampler, 0, 1) - mean)
                .as("noise")
                .isCloseTo((float) Math.sqrt(golden.at("/var").doubleValue()), within(1e-6f));
    }

    @Test
    void ddimStepMatches() {
        Sampler sampler = new DdimSampler(TABLES, 0, true);
        Golden.assertClose(step(sampler, scale, 0), golden.at("/ddim_eta0_next"), FLOAT, "next");
    }

    @Test
    void theirPartsMatch() {
        float ofX = (float) Math.sqrt(1 / TABLES.alphaBar(index));
        float ofEps = (float) Math.sqrt(1 / TABLES.alphaBar(index) - 1);
        float x = golden.at("/x").floatValue();
        float x0 = Equations.predictX0(x, golden.at("/eps").floatValue(), ofX, ofEps);
        Golden.assertClose(x0, golden.at("/pred_x0"), FLOAT, "x0");
        Golden.assertClose(Equations.clamp(x0), golden.at("/pred_x0_clipped"), 0, "clamped x0");
        float eps = Equations.predictEps(x, 1, ofX, ofEps);
        Golden.assertClose(eps, golden.at("/eps_rederived"), FLOAT, "eps");

        double alphaBar = TABLES.alphaBar(index);
        float epsShift = (float) (Math.sqrt(1 - alphaBar) * scale);
        float x0Shift = (float) ((1 - alphaBar) / Math.sqrt(alphaBar) * scale);
        Golden.assertClose(
                Equations.shiftedEps(eps, epsShift, gradient[0]), golden.at("/eps_guided_ddim"), FLOAT, "guided eps");
        Golden.assertClose(
                Equations.shiftedX0(1, x0Shift, gradient[0]),
                golden.at("/pred_x0_guided_ddim_unclipped"),
                FLOAT,
                "guided x0");
    }

    @Test
    void classifierFreeGuidanceMatches() {
        JsonNode cfg = Golden.group("12_cfg");
        assertCombined(cfg, "s1.5_all_channels", 1.5, 1, 4);
        assertCombined(cfg, "w0.5_form", 1.5, 1, 4);
        assertCombined(cfg, "dit_first3_s1.5", 1.5, 1, 3);
        assertCombined(cfg, "s1_is_cond", 1, 1, 4);
    }

    @Test
    void compressedClassifierFreeGuidanceHasThePublishedEffectiveScale() {
        JsonNode cfg = Golden.group("12_cfg");
        assertThat(effectiveScale(1.5, 5))
                .isCloseTo(
                        cfg.required("compressed_gap5_w_scaling_s1.5 -> s_eff=1+gap*(s-1)")
                                .doubleValue(),
                        within(FLOAT));
        assertThat(effectiveScale(1.5, compactRate(250, 22)))
                .isCloseTo(cfg.at("/s_eff_list/DiT s1.5 gap250~122").doubleValue(), within(FLOAT));
        assertThat(effectiveScale(2, compactRate(50, 8)))
                .isCloseTo(cfg.at("/s_eff_list/SD s2 gap50~18").doubleValue(), within(FLOAT));
    }

    @Test
    void wholeScaleIsMultipliedByTheGapWhereAskedFor() {
        assertThat(1 + push(1.5, 5, CfgCompress.WHOLE_SCALE)).isEqualTo(7.5);
        assertThat(push(1.5, 1, CfgCompress.WHOLE_SCALE)).isEqualTo(push(1.5, 1, CfgCompress.GUIDANCE_TERM));
    }

    private float step(Sampler sampler, double strength, float noise) {
        float[] x = {golden.at("/x").floatValue()};
        float[] prediction = {golden.at("/eps").floatValue(), golden.at("/v").floatValue()};
        sampler.step(index, x, prediction, gradient, strength, new float[] {noise});
        return x[0];
    }

    private static void assertCombined(JsonNode cfg, String key, double scale, double omega, int guidedElements) {
        float[] combined = Golden.floats(cfg.required("eps_cond"));
        float[] term = new float[guidedElements];
        ClassifierFree.term(combined, Golden.floats(cfg.required("eps_uncond")), term, guidedElements);
        ClassifierFree.apply(combined, term, push(scale, omega, CfgCompress.GUIDANCE_TERM), guidedElements);
        assertThat(combined).as(key).containsExactly(Golden.floats(cfg.required(key)), within(1e-7f));
    }

    private static double effectiveScale(double scale, double omega) {
        return 1 + push(scale, omega, CfgCompress.GUIDANCE_TERM);
    }

    private static double push(double scale, double omega, CfgCompress compress) {
        GuidanceSchedule full = new GuidanceSchedule.Full();
        return ClassifierFree.push(
                new Guidance.ClassifierFree(scale, full, GuidanceWeighting.of(Kind.GAP), compress), omega);
    }

    private static double compactRate(int steps, int guided) {
        return StepPlan.of(
                        new Compress(guided, 1),
                        GuidanceWeighting.of(Kind.COMPACT_RATE),
                        DiffusionTables.evenly(BetaSchedule.LINEAR, 1000, steps))
                .weights()
                .getFirst();
    }
}
