package dev.sluice.engine;

import dev.sluice.engine.checkpoint.JobSnapshot;
import dev.sluice.request.BatchShape;
import dev.sluice.request.BundleIdentity;
import dev.sluice.request.DeviceUsage;
import dev.sluice.request.Evaluations;
import dev.sluice.request.FailureCode;
import dev.sluice.request.PlanSummary;
import java.time.Duration;
import java.util.List;

/** How a job left the engine, with what it used there. */
public sealed interface JobEnd {
    /** What the job used in this engine. What it used before, in one whose {@link JobSnapshot} it went on from, is not in here. */
    DeviceUsage usage();

    /** The evaluations that {@link #usage} paid for. */
    Evaluations spent();

    /**
     * Every image is sampled, and decoded where it has to be.
     *
     * @param samples for each image, from the request's first on, the picture, {@code [C,H,W]}, nominally in [-1, 1]
     * @param batches the batches that made them
     * @param evaluations that made them, those before a {@link JobSnapshot} included
     * @param waiting in this engine, for the first batch
     * @param sampling in this engine, from the first batch on
     */
    record Sampled(
            List<float[]> samples,
            BundleIdentity bundle,
            SampleShape shape,
            PlanSummary plan,
            BatchShape batches,
            Evaluations evaluations,
            Evaluations spent,
            DeviceUsage usage,
            Duration waiting,
            Duration sampling)
            implements JobEnd {
        public Sampled {
            samples = List.copyOf(samples);
        }

        /** Whether the pictures are what a decoder made of latents. */
        public boolean decoded() {
            return evaluations.decoder() > 0;
        }
    }

    /** The job failed, expired or was cancelled. */
    record Stopped(FailureCode code, String message, Evaluations spent, DeviceUsage usage) implements JobEnd {}

    /** Channels, height and width of a picture. */
    record SampleShape(int channels, int height, int width) {}
}
