package dev.sluice.stream;

import java.util.List;

/**
 * Names of the topics. Requests and cancellations have the same keys and must have the same number of partitions.
 */
public record Topics(
        String requests,
        String cancellations,
        String completions,
        String failures,
        String costs,
        String progress,
        String deadLetters) {
    public static final Topics DEFAULT = new Topics(
            "generation.requests",
            "generation.cancellations",
            "generation.completions",
            "generation.failures",
            "generation.costs",
            "generation.progress",
            "generation.requests.dlq");

    public List<String> all() {
        return List.of(requests, cancellations, completions, failures, costs, progress, deadLetters);
    }
}
