package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BreakerTest {
    private final SimulatedClock clock = new SimulatedClock();
    private final Breaker breaker = new Breaker(clock);

    @Test
    void opensAtTheThirdFailureInARow() {
        assertThat(breaker.failed()).isFalse();
        assertThat(breaker.failed()).isFalse();
        breaker.succeeded();
        assertThat(breaker.failed()).isFalse();
        assertThat(breaker.failed()).isFalse();
        assertThat(breaker.open()).isFalse();

        assertThat(breaker.failed()).isTrue();
        assertThat(breaker.open()).isTrue();
    }

    @Test
    void letsATrialThroughAfterAPauseThatDoublesWithEachFailedTrial() {
        fail(3);
        clock.advance(Duration.ofSeconds(10));
        assertThat(breaker.open()).isFalse();

        fail(1);
        clock.advance(Duration.ofSeconds(10));
        assertThat(breaker.open()).isTrue();
        clock.advance(Duration.ofSeconds(10));
        assertThat(breaker.open()).isFalse();
    }

    @Test
    void neverPausesLongerThanFiveMinutes() {
        fail(20);

        clock.advance(Duration.ofMinutes(5));

        assertThat(breaker.open()).isFalse();
    }

    @Test
    void successfulTrialClosesIt() {
        fail(3);
        clock.advance(Duration.ofSeconds(10));
        breaker.succeeded();

        fail(2);

        assertThat(breaker.open()).isFalse();
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            breaker.failed();
        }
    }
}
