package dev.sluice.cli;

import dev.sluice.events.v1.CfgCompress;
import dev.sluice.events.v1.GuidanceSpec;
import dev.sluice.events.v1.ScheduleArithmetic;
import dev.sluice.events.v1.ScheduleKind;
import dev.sluice.events.v1.ScheduleSpec;
import dev.sluice.events.v1.WeightingKind;
import dev.sluice.events.v1.WeightingSpec;
import dev.sluice.request.Guidance;
import dev.sluice.request.GuidanceWeighting;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say which steps are guided and with what weight; shared by {@code submit} and {@code plan}. */
final class ScheduleOptions {
    /** Kinds of schedule, as the option has them. */
    enum Kind {
        full,
        compress,
        early_stop,
        uniform,
        every_nth,
        interval,
        explicit;

        /** The spelling of the option. The constant's own name is accepted too. */
        @Override
        public String toString() {
            return name().replace('_', '-');
        }
    }

    @Option(
            names = "--schedule",
            paramLabel = "KIND",
            defaultValue = "full",
            description = "Which steps are guided: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Kind kind = Kind.full;

    @Option(
            names = "--guided",
            paramLabel = "N",
            description =
                    "compress, early-stop, uniform: how many steps are guided. For compress it may come to fewer.")
    private @Nullable Integer guided;

    @Option(
            names = "--exponent",
            paramLabel = "K",
            defaultValue = "1",
            description =
                    "compress: where guided steps lie. 1: evenly; above 1: more of them early; below 1: more of them"
                            + " late. Default: 1.")
    private double exponent;

    @Option(names = "--stride", paramLabel = "N", description = "every-nth: guide the timesteps that N divides.")
    private @Nullable Integer stride;

    @Option(names = "--sigma-low", paramLabel = "SIGMA", description = "interval: guide above this noise level.")
    private double sigmaLow;

    @Option(names = "--sigma-high", paramLabel = "SIGMA", description = "interval: guide up to this noise level.")
    private @Nullable Double sigmaHigh;

    @Option(
            names = "--timesteps",
            paramLabel = "T",
            split = ",",
            description = "explicit: the guided timesteps. Sampling goes from the number of steps down to 1.")
    private List<Integer> timesteps = List.of();

    @Option(
            names = "--float-arithmetic",
            description = "compress: round down in floating point, as public research code does, and not exactly.")
    private boolean floatArithmetic;

    @Option(
            names = "--weight",
            paramLabel = "KIND",
            description =
                    "How the guidance of a guided step is weighted: ${COMPLETION-CANDIDATES}. Default: gap for compress,"
                            + " none otherwise.")
    private GuidanceWeighting.@Nullable Kind weight;

    @Option(names = "--force-tail", description = "Guide the last two steps too, whatever the schedule says.")
    private boolean forceTail;

    @Option(names = "--max-omega", paramLabel = "W", description = "No weight is above this.")
    private @Nullable Double maxOmega;

    @Option(
            names = "--cfg-compress",
            paramLabel = "KIND",
            defaultValue = "guidance_term",
            description =
                    "classifier-free: what a weight w does to the scale s. guidance_term: 1 + w (s - 1). whole_scale: w"
                            + " s. Default: ${DEFAULT-VALUE}.")
    private Guidance.CfgCompress cfgCompress = Guidance.CfgCompress.GUIDANCE_TERM;

    /**
     * A guidance with the schedule and the weighting that were asked for.
     *
     * @throws IllegalArgumentException if the schedule's kind needs an option that is missing
     */
    GuidanceSpec.Builder guidance() {
        requireWhatTheKindNeeds();
        return GuidanceSpec.newBuilder()
                .setSchedule(new ScheduleSpec(
                        ScheduleKind.valueOf(kind.name().toUpperCase(Locale.ROOT)),
                        guided == null ? 0 : guided,
                        exponent,
                        floatArithmetic ? ScheduleArithmetic.FLOAT : ScheduleArithmetic.EXACT,
                        stride == null ? 1 : stride,
                        sigmaLow,
                        sigmaHigh == null ? 0 : sigmaHigh,
                        timesteps))
                .setWeighting(weighting())
                .setCfgCompress(CfgCompress.valueOf(cfgCompress.name()));
    }

    private void requireWhatTheKindNeeds() {
        switch (kind) {
            case full -> {}
            case compress, early_stop, uniform ->
                require(guided != null, "--guided N: how many steps are guided, for example --guided 10");
            case every_nth ->
                require(stride != null, "--stride N: timesteps that N divides are guided, for example --stride 5");
            case interval ->
                require(
                        sigmaHigh != null,
                        "--sigma-high SIGMA: up to which noise level steps are guided, for example"
                                + " --sigma-low 0.3 --sigma-high 3");
            case explicit ->
                require(
                        !timesteps.isEmpty(),
                        "--timesteps T,T,...: which are guided, for example --timesteps 50,40,30");
        }
    }

    private void require(boolean given, String option) {
        if (!given) {
            throw new IllegalArgumentException("--schedule " + kind + " needs " + option);
        }
    }

    /** Nothing for the schedule's own. */
    private @Nullable WeightingSpec weighting() {
        GuidanceWeighting.Kind asked = weight;
        if (asked == null && !forceTail && maxOmega == null) {
            return null;
        }
        WeightingKind own = kind == Kind.compress ? WeightingKind.GAP : WeightingKind.NONE;
        return new WeightingSpec(asked == null ? own : WeightingKind.valueOf(asked.name()), forceTail, maxOmega);
    }
}
