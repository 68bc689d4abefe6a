package dev.sluice.app;

import dev.sluice.request.Guidance.CfgCompress;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceSchedule.Arithmetic;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.InvalidFieldException;
import java.util.List;
import java.util.OptionalDouble;
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

        /** As the option is typed; the constant's own name is taken too. */
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
            description = "compress, early-stop, uniform: how many steps are guided (nominally, for compress).")
    private int guided;

    @Option(
            names = "--exponent",
            paramLabel = "K",
            defaultValue = "1",
            description = "compress: 1 spaces guided steps evenly, above 1 early, below 1 late. Default: 1.")
    private double exponent;

    @Option(names = "--stride", paramLabel = "N", description = "every-nth: guide timesteps that N divides.")
    private int stride;

    @Option(names = "--sigma-low", paramLabel = "SIGMA", description = "interval: guide above this noise level.")
    private double sigmaLow;

    @Option(names = "--sigma-high", paramLabel = "SIGMA", description = "interval: guide up to this noise level.")
    private double sigmaHigh;

    @Option(
            names = "--timesteps",
            paramLabel = "T",
            split = ",",
            description = "explicit: the guided timesteps, 1 to the number of steps, counted down as sampling goes.")
    private List<Integer> timesteps = List.of();

    @Option(
            names = "--float-arithmetic",
            description = "compress: floor in doubles, as public research code does, rather than exactly.")
    private boolean floatArithmetic;

    @Option(
            names = "--weight",
            paramLabel = "KIND",
            description = "What a guided step's push is multiplied by: ${COMPLETION-CANDIDATES}."
                    + " Default: gap for compress, none otherwise.")
    private GuidanceWeighting.@Nullable Kind weight;

    @Option(names = "--force-tail", description = "Guide the last two steps whatever the schedule says.")
    private boolean forceTail;

    @Option(names = "--max-omega", paramLabel = "W", description = "Upper bound of every weight.")
    private @Nullable Double maxOmega;

    @Option(
            names = "--cfg-compress",
            paramLabel = "KIND",
            defaultValue = "guidance_term",
            description = "classifier-free: what a weight w makes of the scale s: guidance_term, 1 + w (s - 1);"
                    + " whole_scale, w s. Default: ${DEFAULT-VALUE}.")
    private CfgCompress cfgCompress = CfgCompress.GUIDANCE_TERM;

    /** What a weight makes of a classifier-free scale. */
    CfgCompress cfgCompress() {
        return cfgCompress;
    }

    /**
     * The schedule that was asked for.
     *
     * @throws InvalidFieldException if the options don't make one
     */
    GuidanceSchedule schedule() {
        return switch (kind) {
            case full -> new GuidanceSchedule.Full();
            case compress ->
                new GuidanceSchedule.Compress(guided, exponent, floatArithmetic ? Arithmetic.FLOAT : Arithmetic.EXACT);
            case early_stop -> new GuidanceSchedule.EarlyStop(guided);
            case uniform -> new GuidanceSchedule.Uniform(guided);
            case every_nth -> new GuidanceSchedule.EveryNth(stride);
            case interval -> new GuidanceSchedule.Interval(sigmaLow, sigmaHigh);
            case explicit -> new GuidanceSchedule.Explicit(timesteps);
        };
    }

    /** The weighting that was asked for, or the schedule's own. */
    GuidanceWeighting weighting() {
        GuidanceWeighting.Kind asked = weight;
        return new GuidanceWeighting(
                asked == null ? GuidanceWeighting.defaultFor(schedule()).kind() : asked,
                forceTail,
                maxOmega == null ? OptionalDouble.empty() : OptionalDouble.of(maxOmega));
    }
}
