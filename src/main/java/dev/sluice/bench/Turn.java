package dev.sluice.bench;

/**
 * What went through a {@link Turnstile} while it was open.
 *
 * @param nanos it was open, by the wall
 * @param denoiserRows rows that were somebody's, padding left out
 * @param denoiserPlaces rows of the calls, padding included
 * @param guideRows as denoiserRows, for the guide
 * @param guidePlaces as denoiserPlaces, for the guide
 */
record Turn(long nanos, long denoiserRows, long denoiserPlaces, long guideRows, long guidePlaces) {
    static final Turn NOTHING = new Turn(0, 0, 0, 0, 0);

    Turn plus(Turn other) {
        return new Turn(
                nanos + other.nanos,
                denoiserRows + other.denoiserRows,
                denoiserPlaces + other.denoiserPlaces,
                guideRows + other.guideRows,
                guidePlaces + other.guidePlaces);
    }

    /** Somebody's rows. */
    EvaluatedRows rows() {
        return new EvaluatedRows(denoiserRows, guideRows);
    }
}
