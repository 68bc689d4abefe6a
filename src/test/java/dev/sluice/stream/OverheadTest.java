package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.DeviceMeter;
import dev.sluice.request.DeviceUsage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OverheadTest {
    private static final Duration INTERVAL = Duration.ofMinutes(1);
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant DUE = START.plus(INTERVAL);
    private static final DeviceUsage SOME = new DeviceUsage(7, 5, 1, 2);

    private final DeviceMeter meter = new DeviceMeter();
    private final Overhead overhead = new Overhead(meter, INTERVAL, START);

    @Test
    void chargesAgainWhatAnAbortedTransactionHadCharged() {
        meter.writtenOff(SOME);
        Overhead.Charge first = overhead.take(DUE).orElseThrow();
        overhead.transactions().aborted();

        Overhead.Charge second = overhead.take(DUE.plus(INTERVAL)).orElseThrow();
        assertThat(second.usage()).isEqualTo(first.usage()).isEqualTo(SOME);
        assertThat(second.sequence()).isNotEqualTo(first.sequence());
    }

    @Test
    void chargesNothingTwiceThatIsCommitted() {
        meter.writtenOff(SOME);
        assertThat(overhead.take(DUE)).isPresent();
        commit();
        overhead.transactions().aborted();

        assertThat(overhead.take(DUE.plus(INTERVAL))).isEmpty();
    }

    @Test
    void aRequestsChargeBecomesOverheadWhereItsTransactionIsAborted() {
        overhead.charging(SOME);
        assertThat(overhead.take(DUE)).isEmpty();

        overhead.transactions().aborted();
        assertThat(overhead.take(DUE).orElseThrow().usage()).isEqualTo(SOME);
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

        Overhead.Charge charge = overhead.take(START.minusSeconds(3600)).orElseThrow();
        assertThat(charge.end()).isAfterOrEqualTo(charge.start());
    }

    @Test
    void offersLostTimeUntilItsChargeIsCommitted() {
        List<String> done = new ArrayList<>();
        Overhead.Lost lost = new Overhead.Lost("worker/1", SOME, START, DUE, () -> done.add("committed"));
        overhead.lost(lost);

        assertThat(overhead.takeLost()).contains(lost);
        assertThat(overhead.takeLost()).isEmpty();
        overhead.transactions().aborted();
        assertThat(done).isEmpty();

        assertThat(overhead.takeLost()).contains(lost);
        commit();
        assertThat(done).containsExactly("committed");
        assertThat(overhead.takeLost()).isEmpty();
    }

    private void commit() {
        overhead.transactions().committing();
        overhead.transactions().committed();
    }
}
