package dev.sluice.diffusion;

import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import java.util.Arrays;

/** The weights omega of guided steps: what a push is multiplied by to stand for the skipped steps after it. */
final class GuidanceWeights {
    /** Timesteps 2 and 1. */
    private static final int TAIL = 2;

    private GuidanceWeights() {}

    /** {@code guided} with the forced tail, where the weighting forces one. */
    static boolean[] withTail(boolean[] guided, GuidanceWeighting weighting) {
        boolean[] extended = guided.clone();
        if (weighting.forceTail()) {
            Arrays.fill(extended, 0, Math.min(TAIL, extended.length), true);
        }
        return extended;
    }

    /**
     * The weights of the scheduled steps and of the forced tail.
     *
     * @param scheduled by sampling index, the steps that the schedule names, without the forced tail
     * @param variances of the sampler's noise by sampling index
     * @return by sampling index; 0 where nothing is pushed
     */
    static double[] of(
            GuidanceSchedule schedule, GuidanceWeighting weighting, boolean[] scheduled, double[] variances) {
        boolean[] guided = withTail(scheduled, weighting);
        double[] weights = switch (weighting.kind()) {
            case GAP -> gap(guided);
            case VARIANCE_SUM -> varianceSum(guided, variances);
            case COMPACT_RATE -> constant(guided, compactRate(schedule, scheduled));
            case MULTIPLICITY -> multiplicity(schedule, guided);
            case NONE -> constant(guided, 1);
            case HOLD -> held(guided);
        };
        if (weighting.forceTail()) {
            Arrays.fill(weights, 0, Math.min(TAIL, weights.length), 1);
        }
        double bound = weighting.maxOmega().orElse(Double.POSITIVE_INFINITY);
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Math.min(weights[i], bound);
        }
        return weights;
    }

    /** {@code t_j - t_{j+1}}, the last one {@code t_j}: equation 14's sum of a gradient that stays the same over the gap. */
    private static double[] gap(boolean[] guided) {
        double[] ones = new double[guided.length];
        Arrays.fill(ones, 1);
        return gapSums(guided, ones);
    }

    /** {@code (sum of sigma_u² over the gap) / sigma_i²}. The push stays omega times the guided step's own variance. */
    private static double[] varianceSum(boolean[] guided, double[] variances) {
        double[] weights = gapSums(guided, variances);
        for (int i = 0; i < weights.length; i++) {
            weights[i] /= variances[i];
        }
        return weights;
    }

    /** At each guided step, {@code values} added up over the step itself and the skipped ones that follow it. */
    private static double[] gapSums(boolean[] guided, double[] values) {
        double[] sums = new double[guided.length];
        double sum = 0;
        for (int i = 0; i < guided.length; i++) {
            sum += values[i];
            if (guided[i]) {
                sums[i] = sum;
                sum = 0;
            }
        }
        return sums;
    }

    /** T/n, with the n that was asked for; collapsed timesteps do not raise it, nor does a forced tail lower it. */
    private static double compactRate(GuidanceSchedule schedule, boolean[] scheduled) {
        int nominal = schedule instanceof GuidanceSchedule.Compress compress ? compress.guided() : count(scheduled);
        return nominal == 0 ? 0 : (double) scheduled.length / nominal;
    }

    private static double[] multiplicity(GuidanceSchedule schedule, boolean[] guided) {
        if (!(schedule instanceof GuidanceSchedule.Compress compress)) {
            return constant(guided, 1);
        }
        int[] counts =
                Equation15.multiplicities(guided.length, compress.guided(), compress.exponent(), compress.arithmetic());
        return Arrays.stream(counts).asDoubleStream().toArray();
    }

    private static double[] constant(boolean[] guided, double omega) {
        double[] weights = new double[guided.length];
        for (int i = 0; i < guided.length; i++) {
            weights[i] = guided[i] ? omega : 0;
        }
        return weights;
    }

    /** 1 from the first guided step on: from there a gradient is at hand at every step (equations 12 and 13). */
    private static double[] held(boolean[] guided) {
        double[] weights = new double[guided.length];
        double omega = 0;
        for (int i = guided.length - 1; i >= 0; i--) {
            omega = guided[i] ? 1 : omega;
            weights[i] = omega;
        }
        return weights;
    }

    static int count(boolean[] guided) {
        int count = 0;
        for (boolean step : guided) {
            count += step ? 1 : 0;
        }
        return count;
    }
}
