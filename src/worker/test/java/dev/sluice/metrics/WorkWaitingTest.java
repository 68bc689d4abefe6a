package dev.sluice.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WorkWaitingTest {
    @Test
    void isNothingOnlyWhereNothingIsInHand() {
        assertThat(StreamMeters.workWaiting(0, 0, true)).isZero();
        assertThat(StreamMeters.workWaiting(0, 1, true)).as("being stored").isEqualTo(1);
        assertThat(StreamMeters.workWaiting(0.01, 0, true)).isEqualTo(1);
        assertThat(StreamMeters.workWaiting(40, 3, true)).isEqualTo(40);
    }

    /** What a group has accepted is in no worker's hand while its partitions move; a sum of nothings would end the last one. */
    @Test
    void isSomethingWhileNobodyCanKnow() {
        assertThat(StreamMeters.workWaiting(0, 0, false)).isEqualTo(1);
    }
}
