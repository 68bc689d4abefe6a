package dev.sluice.request;

import java.util.List;

/**
 * The plan as run, for the completion event and the image's provenance.
 *
 * @param steps T
 * @param guidedTimesteps 1-based, descending
 * @param weights of the guided timesteps, in the same order
 */
public record PlanSummary(int steps, List<Integer> guidedTimesteps, List<Double> weights) {
    public PlanSummary {
        guidedTimesteps = List.copyOf(guidedTimesteps);
        weights = List.copyOf(weights);
    }
}
