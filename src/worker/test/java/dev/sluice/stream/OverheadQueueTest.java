package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.metering.DeviceMeter;
import dev.sluice.request.DeviceUsage;
import dev.sluice.request.Network;
import dev.sluice.request.PerNetwork;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class OverheadQueueTest {
    private static final Duration INTERVAL = Duration.ofMinutes(1);
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant DUE = START.plus(INTERVAL);
    private static final DeviceUsage SOME =
            new DeviceUsage(PerNetwork.of(Network.DENOISER, 7).with(Network.GUIDE, 5), 1, 2);

    private final DeviceMeter meter = new DeviceMeter();
    private final OverheadQueue overhead = new OverheadQueue(meter, INTERVAL, START);

    @Test
    void chargesAgainWhatIsGivenBack() {
        meter.writtenOff(SOME);
        OverheadQueue.Charge first = overhead.take(DUE).orElseThrow();
        assertThat(overhead.any()).isFalse();
        overhead.giveBack(first);
        assertThat(overhead.any()).isTrue();

        OverheadQueue.Charge second = overhead.take(DUE.plus(INTERVAL)).orElseThrow();
        assertThat(second.usage()).isEqualTo(first.usage()).isEqualTo(SOME);
        assertThat(second.sequence()).isNotEqualTo(first.sequence());
    }

    @Test
    void chargesNothingTwice() {
        meter.writtenOff(SOME);
        assertThat(overhead.take(DUE)).isPresent();

        assertThat(overhead.take(DUE.plus(INTERVAL))).isEmpty();
    }

    @Test
    void chargesAtOnceWhatIsLeftWhenTheWorkerStops() {
        meter.writtenOff(SOME);
        assertThat(overhead.take(START.plusSeconds(1))).isEmpty();

        overhead.flush();
        assertThat(overhead.take(START.plusSeconds(1)).orElseThrow().usage()).isEqualTo(SOME);
    }

    @Test
    void aClockSetBackMakesNoPeriodEndBeforeItStarts() {
        meter.writtenOff(SOME);
        overhead.flush();

        OverheadQueue.Charge charge = overhead.take(START.minusSeconds(3600)).orElseThrow();
        assertThat(charge.end()).isAfterOrEqualTo(charge.start());
    }

    @Test
    void offersLostTimeOnce() {
        OverheadQueue.Lost lost = new OverheadQueue.Lost("worker/1", SOME, START, DUE, () -> {});
        overhead.lost(lost);

        assertThat(overhead.takeLost()).contains(lost);
        assertThat(overhead.takeLost()).isEmpty();
    }
}
