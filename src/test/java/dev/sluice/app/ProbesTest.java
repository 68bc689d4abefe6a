package dev.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ProbesTest {
    private final AtomicBoolean alive = new AtomicBoolean(true);
    private final AtomicBoolean takesRequests = new AtomicBoolean();
    private final Probes probes = new Probes();

    @Test
    void isAliveAndNothingElseWhileItStarts() {
        assertThat(probes.live()).isTrue();
        assertThat(probes.started()).isFalse();
        assertThat(probes.ready()).isFalse();
    }

    @Test
    void isStartedOnceWarmAndReadyWhileTheStreamRuns() {
        probes.warm(alive::get, takesRequests::get);

        assertThat(probes.started()).isTrue();
        assertThat(probes.ready()).isFalse();

        takesRequests.set(true);
        assertThat(probes.ready()).isTrue();
    }

    @Test
    void isDeadOnceItsPartsAreThoughStarted() {
        probes.warm(alive::get, takesRequests::get);
        alive.set(false);

        assertThat(probes.live()).isFalse();
        assertThat(probes.started()).isTrue();
    }

    @Test
    void isNotReadyAndNotDeadWhileItStops() {
        probes.warm(alive::get, takesRequests::get);
        takesRequests.set(true);
        probes.stopping();
        alive.set(false);

        assertThat(probes.ready()).isFalse();
        assertThat(probes.live()).isTrue();
        assertThat(probes.started()).isTrue();
    }
}
