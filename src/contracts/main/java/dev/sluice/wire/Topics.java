package dev.sluice.wire;

import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.GenerationCancelled;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.events.v1.GenerationProgressed;
import dev.sluice.events.v1.GenerationRequested;
import java.util.List;
import java.util.stream.Stream;

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

    /** The subjects of all topics whose values are contracts; a dead letter is whatever came in. */
    public List<Subject> subjects() {
        return Stream.concat(
                        Stream.of(
                                Subject.of(requests, GenerationRequested.getClassSchema()),
                                Subject.of(cancellations, GenerationCancelled.getClassSchema())),
                        written().stream())
                .toList();
    }

    /** The subjects of what a worker writes. */
    public List<Subject> written() {
        return List.of(
                Subject.of(completions, GenerationCompleted.getClassSchema()),
                Subject.of(failures, GenerationFailed.getClassSchema()),
                Subject.of(costs, CostIncurred.getClassSchema()),
                Subject.of(progress, GenerationProgressed.getClassSchema()));
    }
}
