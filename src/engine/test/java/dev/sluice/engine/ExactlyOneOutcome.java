package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.sampling.LoneSampler;
import dev.sluice.engine.sampling.SamplingPlan;
import dev.sluice.request.Evaluations;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Watches that each admitted job ends exactly once, abandoned ones never, and each for a reason that the test knows of;
 * and that a job which was sampled cost what its plan says and has the images that the lone sampler makes.
 */
final class ExactlyOneOutcome {
    private final SimulatedDevice device;
    private final List<WatchedJob> jobs = new ArrayList<>();
    private final List<WatchedJob> judged = new ArrayList<>();

    ExactlyOneOutcome(SimulatedDevice device) {
        this.device = device;
    }

    void watch(WatchedJob job) {
        jobs.add(job);
    }

    List<WatchedJob> jobs() {
        return jobs;
    }

    /** After an event. */
    void check(Instant now) {
        for (WatchedJob job : jobs) {
            JobEnd end = job.end();
            assertThat(job.job().ended())
                    .as("the engine and the owner of %s agree on whether it ended", job)
                    .isEqualTo(end != null || job.abandoned());
            if (end != null && !judged.contains(job)) {
                judged.add(job);
                switch (end) {
                    case JobEnd.Sampled sampled -> requireAsPlanned(job, sampled);
                    case JobEnd.Stopped stopped -> requireReason(job, stopped, now);
                }
            }
        }
    }

    /** After the last event. */
    void judge() {
        assertThat(jobs).allMatch(job -> job.end() != null ^ job.abandoned());
    }

    private static void requireAsPlanned(WatchedJob job, JobEnd.Sampled sampled) {
        SamplingPlan samplingPlan = job.job().samplingPlan();
        int images = job.job().request().images();
        // The prompt is encoded once for all images, or not at all where somebody else's encoding was at hand.
        long texts = sampled.evaluations().text();
        assertThat(texts).as("texts of %s", job).isBetween(0L, (long)
                samplingPlan.texts().size());
        assertThat(sampled.evaluations())
                .as("%s", job)
                .isEqualTo(samplingPlan.planned().times(images).plus(new Evaluations(0, 0, 0, 0, texts, 0, 0)));
        assertThat(sampled.plan()).isEqualTo(samplingPlan.summary());
        assertThat(sampled.usage().rows())
                .as("rows of %s", job)
                .isEqualTo(sampled.spent().rows());
        List<float[]> expected = LoneSampler.samples(job.job().request(), samplingPlan);
        assertThat(sampled.samples()).hasSameSizeAs(expected);
        for (int image = 0; image < images; image++) {
            assertThat(sampled.samples().get(image))
                    .as("image %d of %s, %s", image, job, job.job().request())
                    .isEqualTo(expected.get(image));
        }
    }

    private void requireReason(WatchedJob job, JobEnd.Stopped stopped, Instant now) {
        boolean reason = switch (stopped.code()) {
            case CANCELLED -> job.cancelled();
            case DEADLINE_EXPIRED ->
                job.job().request().deadline().orElseThrow().isBefore(now);
            case NUMERIC_FAULT -> device.rowsPoisoned() > 0;
            case ENGINE_FAULT -> device.callsLost() > 0;
            default -> false;
        };
        assertThat(reason).as("%s stopped as %s for a reason", job, stopped).isTrue();
    }
}
