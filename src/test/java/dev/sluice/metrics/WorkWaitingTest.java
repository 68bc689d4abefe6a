package dev.sluice.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WorkWaitingTest {
    @Test
    void isNothingOnlyWhereNothingIsInHand() {
        assertThat(StreamMeters.workWaiting(0, 0)).isZero();
        assertThat(StreamMeters.workWaiting(0, 1)).as("being stored").isEqualTo(1);
        assertThat(StreamMeters.workWaiting(0.01, 0)).isEqualTo(1);
        assertThat(StreamMeters.workWaiting(40, 3)).isEqualTo(40);
    }
}
