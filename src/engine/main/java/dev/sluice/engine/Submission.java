package dev.sluice.engine;

import dev.sluice.engine.checkpoint.JobSnapshot;
import dev.sluice.engine.sampling.SamplingPlan;
import dev.sluice.request.GenerationRequest;
import java.util.Optional;

/**
 * A request that the engine takes on.
 *
 * @param plan what its images have in common
 * @param listener hears of the job
 * @param nanos when it came, on the engine's clock
 * @param arrival its number in the order of submission
 * @param from where another engine left it, if one did; must {@linkplain JobSnapshot#fits fit}
 */
record Submission(
        GenerationRequest request,
        SamplingPlan plan,
        JobListener listener,
        long nanos,
        long arrival,
        Optional<JobSnapshot> from) {}
