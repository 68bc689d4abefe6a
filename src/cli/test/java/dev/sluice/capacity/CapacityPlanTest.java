package dev.sluice.capacity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Currency;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CapacityPlanTest {
    private static final Target WITHIN_10_SECONDS = new Target(0.95, Duration.ofSeconds(10));

    private final Fleet fleet = Traffic.fleet(16, 2, 12, Fleet.Detail.IMAGES);
    private final CapacityPlan plan = new CapacityPlan(fleet, WITHIN_10_SECONDS, 12);

    @Test
    void fewestWorkersKeepTheTargetAndOneLessDoesNot() {
        Trace trace = drawn(40);

        CapacityPlan.Workers fewest = plan.fewest(trace);

        assertThat(fewest.met()).isTrue();
        assertThat(fewest.count()).isBetween(2, 11);
        assertThat(plan.with(fewest.count() - 1, trace).met()).isFalse();
    }

    @Test
    void aTargetThatNoneKeepIsToldWithTheMostWorkers() {
        CapacityPlan.Workers most =
                new CapacityPlan(fleet, new Target(0.95, Duration.ofMillis(1)), 12).fewest(drawn(4));

        assertThat(most.met()).isFalse();
        assertThat(most.count()).isEqualTo(12);
        assertThat(most.run().latencies().count()).isEqualTo(drawn(4).requests());
    }

    @Test
    void schedulesSaveTheEvaluationsThatTheySkip() {
        Trace asked = drawn(4);
        CapacityReport.Schedule full = schedule(new Guiding.Fully(), asked);
        CapacityReport.Schedule compressed = schedule(new Guiding.AsAsked(), asked);
        CapacityReport report = new CapacityReport(
                asked,
                fleet,
                WITHIN_10_SECONDS,
                Optional.of(new BigDecimal("0.5")),
                Currency.getInstance("USD"),
                List.of(full, compressed),
                List.of());

        // 60 evaluations of 100.
        assertThat(report.saved(compressed)).isCloseTo(0.4, within(1e-9));
        assertThat(report.saved(full)).isZero();
        assertThat(compressed.workers().rowTime().toNanos() / 1e9)
                .isCloseTo(asked.requests() * 60 * 0.002, within(1e-6));
        assertThat(report.cost(Duration.ofSeconds(10))).contains(new BigDecimal("5.0000"));
    }

    @Test
    void compressingLeavesAloneWhatGuidesLess() {
        Guiding fifth = new Guiding.Compressed(0.2);

        assertThat(fifth.of(Traffic.classifierFree(50, 50)).guided()).isEqualTo(10);
        assertThat(fifth.of(Traffic.classifierFree(50, 4)).guided()).isEqualTo(4);
        assertThat(fifth.of(Traffic.unguided(50)).guided()).isZero();
    }

    private CapacityReport.Schedule schedule(Guiding guiding, Trace trace) {
        return new CapacityReport.Schedule(guiding, plan.fewest(trace.guided(guiding)));
    }

    private static Trace drawn(double perSecond) {
        return Arrivals.draw(
                perSecond, List.of(new Arrivals.Part(1, Traffic.classifierFree(50, 10))), Duration.ofMinutes(2), 1);
    }
}
