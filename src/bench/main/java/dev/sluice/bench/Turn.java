package dev.sluice.bench;

import dev.sluice.request.Network;

/**
 * What went through a {@link Turnstile} while it was open.
 *
 * @param nanos it was open, by the wall
 * @param denoiserRows rows of requests, padding left out
 * @param guideRows as denoiserRows, for the guide
 */
record Turn(long nanos, long denoiserRows, long guideRows) {
    static final Turn NOTHING = new Turn(0, 0, 0);

    /** Rows of one batch; those of other networks than denoiser and guide don't count. */
    static Turn of(Network network, int rows) {
        return switch (network) {
            case DENOISER -> new Turn(0, rows, 0);
            case GUIDE -> new Turn(0, 0, rows);
            case TEXT_ENCODER, GUIDE_TEXT_ENCODER, UPSAMPLER, DECODER -> NOTHING;
        };
    }

    Turn plus(Turn other) {
        return new Turn(nanos + other.nanos, denoiserRows + other.denoiserRows, guideRows + other.guideRows);
    }

    /** Rows that belong to somebody; padding is left out. */
    EvaluatedRows rows() {
        return new EvaluatedRows(denoiserRows, guideRows);
    }
}
