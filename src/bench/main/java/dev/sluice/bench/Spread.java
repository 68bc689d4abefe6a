package dev.sluice.bench;

import java.util.List;

/**
 * What repeated measurements of one figure say: the median, and between which values the middle half of them lies.
 *
 * @param lower first quartile
 * @param upper third quartile
 * @param samples how many measurements there were
 */
public record Spread(double lower, double median, double upper, int samples) {
    /**
     * The spread of some measurements. Quartiles lie between samples by linear interpolation, so that five samples give
     * the second, third and fourth of them.
     *
     * @throws IllegalArgumentException if there are none
     */
    public static Spread of(List<Double> samples) {
        if (samples.isEmpty()) {
            throw new IllegalArgumentException("a spread needs at least 1 sample");
        }
        double[] sorted =
                samples.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return new Spread(quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75), sorted.length);
    }

    private static double quantile(double[] sorted, double share) {
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
