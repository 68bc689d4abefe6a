package dev.sluice.request;

import java.util.OptionalDouble;

/**
 * What a guided step's push is multiplied by, to stand for the steps that are skipped.
 *
 * @param forceTail whether the last two timesteps (2 and 1) are guided with weight 1 whatever the schedule says
 * @param maxOmega an upper bound on every weight, above 0; empty for none
 */
public record GuidanceWeighting(Kind kind, boolean forceTail, OptionalDouble maxOmega) {
    /** The ways to weigh. {@code t_j} are the guided timesteps in sampling order. */
    public enum Kind {
        /** {@code t_j - t_{j+1}}, the last one {@code t_j}: the weights add up to the first guided timestep. */
        GAP,
        /** The variances of the gap's steps added up, over the guided step's own: the total push of {@link #HOLD}. */
        VARIANCE_SUM,
        /** T/n everywhere. */
        COMPACT_RATE,
        /** How many i of equation 15 fall on the timestep; 1 for schedules other than compress. */
        MULTIPLICITY,
        /** 1. */
        NONE,
        /** The last guided step's gradient applied again at each step (equations 12 and 13), with weight 1. */
        HOLD
    }

    public GuidanceWeighting {
        maxOmega.ifPresent(bound -> Fields.requireSchedule(
                "guidance.weighting.maxOmega",
                bound > 0 && Double.isFinite(bound),
                "guidance.weighting.maxOmega must be finite and above 0, not " + bound));
    }

    public static GuidanceWeighting of(Kind kind) {
        return new GuidanceWeighting(kind, false, OptionalDouble.empty());
    }

    /** Compressing schedules make up for the gaps; the baselines do not. */
    public static GuidanceWeighting defaultFor(GuidanceSchedule schedule) {
        return of(schedule instanceof GuidanceSchedule.Compress ? Kind.GAP : Kind.NONE);
    }
}
