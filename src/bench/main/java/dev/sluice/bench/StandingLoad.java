package dev.sluice.bench;

import dev.sluice.engine.scheduling.BatchSizes;
import java.time.Duration;
import java.util.function.Predicate;

/**
 * How an engine is kept at full load over a turn: more images inside than batches can hold, topped up between turns.
 */
final class StandingLoad {
    private static final int CALLS_OF_IMAGES = 8;

    private StandingLoad() {}

    static int images(BatchSizes callRows) {
        return CALLS_OF_IMAGES * Math.max(callRows.denoiser(), callRows.guide());
    }

    static Predicate<Turn> forAbout(Duration duration) {
        return turn -> turn.nanos() >= duration.toNanos();
    }
}
