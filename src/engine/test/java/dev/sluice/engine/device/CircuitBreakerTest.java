package dev.sluice.engine.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.clock.SimulatedClock;
import dev.sluice.request.Network;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {
    private final SimulatedClock clock = new SimulatedClock();
    private final CircuitBreaker breaker = new CircuitBreaker(clock);

    @Test
    void opensAtTheThirdFailureInARow() {
        assertThat(breaker.failed(Network.DENOISER)).isFalse();
        assertThat(breaker.failed(Network.DENOISER)).isFalse();
        breaker.succeeded(Network.DENOISER);
        assertThat(breaker.failed(Network.DENOISER)).isFalse();
        assertThat(breaker.failed(Network.DENOISER)).isFalse();
        assertThat(breaker.open()).isFalse();

        assertThat(breaker.failed(Network.DENOISER)).isTrue();
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
        breaker.succeeded(Network.DENOISER);

        fail(2);

        assertThat(breaker.open()).isFalse();
    }

    @Test
    void opensAtTheThirdFailureInARowOfOneNetworkWhateverTheOthersManage() {
        for (int i = 0; i < 2; i++) {
            assertThat(breaker.failed(Network.GUIDE)).isFalse();
            breaker.succeeded(Network.DENOISER);
        }

        assertThat(breaker.failed(Network.GUIDE)).isTrue();

        breaker.succeeded(Network.DENOISER);
        assertThat(breaker.open()).isTrue();
        breaker.succeeded(Network.GUIDE);
        assertThat(breaker.open()).isFalse();
    }

    @Test
    void opensAtTheThirdFailureInARowOfWhicheverNetworks() {
        assertThat(breaker.failed(Network.TEXT_ENCODER)).isFalse();
        assertThat(breaker.failed(Network.DENOISER)).isFalse();

        assertThat(breaker.failed(Network.DECODER)).isTrue();
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            breaker.failed(Network.DENOISER);
        }
    }
}
