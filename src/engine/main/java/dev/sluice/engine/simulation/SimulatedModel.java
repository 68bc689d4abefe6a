package dev.sluice.engine.simulation;

import dev.sluice.engine.scheduling.BatchSizes;
import dev.sluice.request.Network;

/**
 * A bundle for simulations: what its batches take, and nothing of what they compute.
 *
 * @param denoiserBatchNanos a denoiser batch of full size, padding included
 * @param guideBatchNanos the same of the guide
 */
public record SimulatedModel(String name, BatchSizes rows, long denoiserBatchNanos, long guideBatchNanos) {
    public SimulatedModel {
        if (denoiserBatchNanos < 1 || guideBatchNanos < 1) {
            throw new IllegalArgumentException(
                    "calls take at least a nanosecond, not " + denoiserBatchNanos + " and " + guideBatchNanos);
        }
    }

    /**
     * One whose rows cost the same in every full batch.
     *
     * @param denoiserRowNanos a row of a full denoiser batch
     * @param guideRowNanos a row of a full guide batch
     */
    public static SimulatedModel of(String name, BatchSizes rows, double denoiserRowNanos, double guideRowNanos) {
        return new SimulatedModel(
                name,
                rows,
                Math.max(1, Math.round(denoiserRowNanos * rows.denoiser())),
                Math.max(1, Math.round(guideRowNanos * rows.guide())));
    }

    /** A row of a full denoiser batch. */
    public double denoiserRowNanos() {
        return (double) denoiserBatchNanos / rows.denoiser();
    }

    /** A row of a full guide batch. */
    public double guideRowNanos() {
        return (double) guideBatchNanos / rows.guide();
    }

    long batchNanos(Network network) {
        return switch (network) {
            case DENOISER -> denoiserBatchNanos;
            case GUIDE -> guideBatchNanos;
            case TEXT_ENCODER, GUIDE_TEXT_ENCODER, UPSAMPLER, DECODER ->
                throw new IllegalArgumentException(name + " has no " + network.label());
        };
    }
}
