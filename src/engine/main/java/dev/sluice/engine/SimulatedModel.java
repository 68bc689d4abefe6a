package dev.sluice.engine;

import dev.sluice.request.Network;

/**
 * A bundle for simulations: what its calls take, and nothing of what they compute.
 *
 * @param denoiserCallNanos a denoiser call of full size, padding included
 * @param guideCallNanos the same of the guide
 */
public record SimulatedModel(String name, CallRows rows, long denoiserCallNanos, long guideCallNanos) {
    public SimulatedModel {
        if (denoiserCallNanos < 1 || guideCallNanos < 1) {
            throw new IllegalArgumentException(
                    "calls take at least a nanosecond, not " + denoiserCallNanos + " and " + guideCallNanos);
        }
    }

    /**
     * One whose rows cost the same in every full call.
     *
     * @param denoiserRowNanos a row of a full denoiser call
     * @param guideRowNanos a row of a full guide call
     */
    public static SimulatedModel of(String name, CallRows rows, double denoiserRowNanos, double guideRowNanos) {
        return new SimulatedModel(
                name,
                rows,
                Math.max(1, Math.round(denoiserRowNanos * rows.denoiser())),
                Math.max(1, Math.round(guideRowNanos * rows.guide())));
    }

    /** A row of a full denoiser call. */
    public double denoiserRowNanos() {
        return (double) denoiserCallNanos / rows.denoiser();
    }

    /** A row of a full guide call. */
    public double guideRowNanos() {
        return (double) guideCallNanos / rows.guide();
    }

    long callNanos(Network network) {
        return switch (network) {
            case DENOISER -> denoiserCallNanos;
            case GUIDE -> guideCallNanos;
            case TEXT_ENCODER, GUIDE_TEXT_ENCODER, UPSAMPLER, DECODER ->
                throw new IllegalArgumentException(name + " has no " + network.label());
        };
    }
}
