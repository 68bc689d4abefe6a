package dev.sluice.bench;

/**
 * What went through a {@link Turnstile} while it was open.
 *
 * @param nanos it was open, by the wall
 * @param denoiserRows rows that were somebody's, padding left out
 * @param guideRows as denoiserRows, for the guide
 */
record Turn(long nanos, long denoiserRows, long guideRows) {
    static final Turn NOTHING = new Turn(0, 0, 0);

    static Turn ofDenoiser(int rows) {
        return new Turn(0, rows, 0);
    }

    static Turn ofGuide(int rows) {
        return new Turn(0, 0, rows);
    }

    Turn plus(Turn other) {
        return new Turn(nanos + other.nanos, denoiserRows + other.denoiserRows, guideRows + other.guideRows);
    }

    /** Somebody's rows. */
    EvaluatedRows rows() {
        return new EvaluatedRows(denoiserRows, guideRows);
    }
}
