package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class CheckpointPaceTest {
    private static final long SECOND = 1_000_000_000;

    @Test
    void comesNoOftenerThanAskedFor() {
        CheckpointPace pace = every(Duration.ofSeconds(5));

        assertThat(pace.due(99, 0)).isFalse();
        assertThat(pace.due(95, 5 * SECOND - 1)).isFalse();
        assertThat(pace.due(94, 5 * SECOND)).isTrue();
        pace.taken(94, 5 * SECOND);
        assertThat(pace.due(93, 6 * SECOND)).isFalse();
        assertThat(pace.due(90, 10 * SECOND)).isTrue();
    }

    @Test
    void countsStepsWhereStepsAreAskedFor() {
        CheckpointPace pace = new CheckpointPace(new CheckpointSettings(Optional.empty(), OptionalInt.of(3)));

        assertThat(pace.due(99, 0)).isFalse();
        assertThat(pace.due(98, 0)).isFalse();
        assertThat(pace.due(97, 0)).isTrue();
        pace.taken(97, 0);
        assertThat(pace.due(95, 0)).isFalse();
        assertThat(pace.due(94, 0)).isTrue();
    }

    @Test
    void takesNoneThatIsNotWorthIt() {
        CheckpointPace pace = every(Duration.ofSeconds(5));

        assertThat(pace.due(9, 0)).isFalse();
        assertThat(pace.due(4, 60 * SECOND)).as("6 steps taken, 4 left").isFalse();
    }

    @Test
    void isOffWhereNothingIsAskedFor() {
        CheckpointSettings none = new CheckpointSettings(Optional.empty(), OptionalInt.empty());

        assertThat(none.on()).isFalse();
        assertThat(new CheckpointPace(none).due(50, 1)).isFalse();
        assertThat(new CheckpointPace(none).due(49, Long.MAX_VALUE)).isFalse();
    }

    private static CheckpointPace every(Duration interval) {
        return new CheckpointPace(new CheckpointSettings(Optional.of(interval), OptionalInt.empty()));
    }
}
