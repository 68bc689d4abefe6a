package dev.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.sluice.model.Bundle;
import dev.sluice.model.RowBuffers;
import dev.sluice.request.Network;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TurnstileTest {
    private static final int ROWS = 4;

    private final TinyBundle tiny = new TinyBundle();
    private final Turnstile turnstile = new Turnstile();
    private final Bundle gated = turnstile.at(tiny.bundle());
    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicInteger calls = new AtomicInteger();
    private final Thread caller = Thread.ofPlatform().unstarted(this::callOnAndOn);

    @AfterEach
    void stop() throws InterruptedException {
        stop.set(true);
        turnstile.free();
        caller.join();
    }

    @Test
    void turnEndsWhereTheNextCallArrivesAndCountsWhatWentThrough() throws InterruptedException {
        turnstile.shut();
        caller.start();

        Turn turn = turnstile.run(soFar -> soFar.denoiserRows() >= 30, caller::isAlive);

        assertThat(turn.denoiserRows()).isEqualTo(30);
        assertThat(turn.guideRows()).isZero();
        assertThat(turn.nanos()).isPositive();
        assertThat(tiny.denoiserCalls()).isEqualTo(10);
    }

    @Test
    void nothingPassesBetweenTurns() throws InterruptedException {
        turnstile.shut();
        caller.start();
        turnstile.run(soFar -> soFar.denoiserRows() >= 3, caller::isAlive);
        int before = tiny.denoiserCalls();

        Turn second = turnstile.run(soFar -> soFar.denoiserRows() >= 6, caller::isAlive);

        assertThat(before).isEqualTo(1);
        assertThat(second.denoiserRows()).isEqualTo(6);
        assertThat(tiny.denoiserCalls()).isEqualTo(3);
    }

    @Test
    void finishedWorkEndsTheTurn() throws InterruptedException {
        turnstile.shut();
        Thread.ofPlatform().start(() -> {
            evaluate();
            turnstile.finish();
        });

        Turn turn = turnstile.run(soFar -> false, () -> true);

        assertThat(turn.denoiserRows()).isEqualTo(3);
    }

    @Test
    void turnOfADeadEngineIsAnError() {
        assertThatIllegalStateException()
                .isThrownBy(() -> turnstile.run(soFar -> false, () -> false))
                .withMessageContaining("stopped");
    }

    private void callOnAndOn() {
        while (!stop.get()) {
            evaluate();
            calls.incrementAndGet();
        }
    }

    /** A call of three rows and one of padding. */
    private void evaluate() {
        RowBuffers rows = new RowBuffers(ROWS, gated.manifest().layout(Network.DENOISER));
        for (int row = 0; row < ROWS - 1; row++) {
            rows.begin().put(new float[TinyBundle.ELEMENTS]).put(0).put(0);
        }
        rows.pad();
        gated.evaluate(Network.DENOISER, rows);
    }
}
