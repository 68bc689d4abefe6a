package dev.sluice.stream;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * When a request under way is checkpointed: whichever comes first of the two; never where neither is given.
 *
 * @param every least time between two checkpoints of a request
 * @param steps taken between two checkpoints of a request, by all its images together
 */
public record CheckpointSettings(Optional<Duration> every, OptionalInt steps) {
    public CheckpointSettings {
        if (every.filter(interval -> !interval.isPositive()).isPresent() || steps.orElse(1) < 1) {
            throw new IllegalArgumentException("checkpoints every " + every + ", " + steps + " steps");
        }
    }

    /** Whether there are any checkpoints. */
    public boolean on() {
        return every.isPresent() || steps.isPresent();
    }
}
