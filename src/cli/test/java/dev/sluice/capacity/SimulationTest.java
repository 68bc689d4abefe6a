package dev.sluice.capacity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.request.Priority;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Cases whose figures can be worked out by hand. Latencies are right to a thousandth. */
class SimulationTest {
    private static final Scaling ONE = new Scaling.Fixed(1);

    @ParameterizedTest
    @EnumSource
    void aRequestThatIsAloneTakesACallForEachStep(Fleet.Detail detail) {
        Trace trace = Traffic.every(Duration.ofSeconds(1), 20, Traffic.unguided(50));

        Run run = Traffic.run(trace, Traffic.fleet(4, 1, 12, detail), ONE);

        assertThat(run.latencies().count()).isEqualTo(20);
        assertThat(run.latencies().seconds(0.5)).isCloseTo(0.2, within(0.001));
        assertThat(run.latencies().seconds(1)).isCloseTo(0.2, within(0.001));
        assertThat(run.device()).isEqualTo(Duration.ofSeconds(4));
    }

    @ParameterizedTest
    @EnumSource
    void rowsOfSeveralImagesShareACall(Fleet.Detail detail) {
        Trace trace = Traffic.every(Duration.ZERO, 4, Traffic.unguided(50));

        Run run = Traffic.run(trace, Traffic.fleet(4, 1, 12, detail), ONE);

        assertThat(run.device().toNanos() / 1e9).isCloseTo(0.2, within(0.003));
        assertThat(run.latencies().seconds(1)).isCloseTo(0.2, within(0.003));
    }

    @ParameterizedTest
    @EnumSource
    void imagesThatFillCallsTakeTheirRowsTime(Fleet.Detail detail) {
        Trace trace = Traffic.every(Duration.ZERO, 40, Traffic.classifierFree(50, 10));

        Run run = Traffic.run(trace, Traffic.fleet(4, 1, 12, detail), ONE);

        // 40 images of 60 rows; the last calls aren't full.
        assertThat(run.device().toNanos() / 1e9).isCloseTo(2.4, within(0.1));
        assertThat(run.latencies().seconds(1)).isCloseTo(run.device().toNanos() / 1e9, within(0.01));
    }

    @ParameterizedTest
    @EnumSource
    void guideRowsTakeCallsOfTheirOwn(Fleet.Detail detail) {
        Ask ask = Traffic.guided(50, 10, Ask.Method.CLASSIFIER, 1, "tenant", Priority.INTERACTIVE);

        Run run = Traffic.run(Traffic.every(Duration.ofSeconds(1), 5, ask), Traffic.fleet(4, 1, 12, detail), ONE);

        // 50 denoiser calls and 10 guide calls of 4 ms.
        assertThat(run.latencies().seconds(1)).isCloseTo(0.24, within(0.001));
    }

    /** With images of one step and batches of one row, a worker is a queue with one server and equal service times. */
    @Test
    void waitsAsPollaczekAndKhinchinSay() {
        double load = 0.5;
        Trace trace =
                Arrivals.draw(load, List.of(new Arrivals.Part(1, Traffic.unguided(1))), Duration.ofSeconds(20_000), 3);

        Run run = Traffic.run(trace, Traffic.fleet(1, 1000, 1, Fleet.Detail.ROWS), ONE);

        assertThat(run.latencies().meanSeconds()).isCloseTo(1 + load / (2 * (1 - load)), within(0.05));
    }

    @Test
    void whatLiesBesideTheEngineCountsOnce() {
        Fleet plain = Traffic.fleet(4, 1, 12, Fleet.Detail.IMAGES);
        Fleet slow = new Fleet(
                plain.models(),
                plain.partitions(),
                plain.maxImages(),
                Duration.ofMillis(300),
                plain.commit(),
                plain.rebalance(),
                plain.grace(),
                plain.detail());

        Run run = Traffic.run(Traffic.every(Duration.ofSeconds(1), 5, Traffic.unguided(50)), slow, ONE);

        assertThat(run.latencies().seconds(1)).isCloseTo(0.5, within(0.001));
    }

    @Test
    void moreWorkersThanPartitionsAreIdle() {
        Trace trace = Traffic.every(Duration.ZERO, 64, Traffic.unguided(50));
        Fleet onePartition = Traffic.fleet(4, 1, 1, Fleet.Detail.IMAGES);

        Run one = Traffic.run(trace, onePartition, ONE);
        Run eight = Traffic.run(trace, onePartition, new Scaling.Fixed(8));

        assertThat(eight.latencies().seconds(1)).isEqualTo(one.latencies().seconds(1));
        assertThat(eight.workers()).isEqualTo(one.workers().multipliedBy(8));
    }

    @Test
    void fromNoneAndBackToNoneTakesWhatItsSettingsAddUpTo() {
        Trace trace = Traffic.every(Duration.ZERO, 1, Traffic.unguided(50));
        Scaling keda = new Scaling.Keda(
                0,
                4,
                Duration.ofSeconds(30),
                Duration.ofSeconds(100),
                Duration.ofSeconds(60),
                4,
                Duration.ofSeconds(60),
                Duration.ofSeconds(15),
                Duration.ofSeconds(15));

        Run run = Traffic.run(trace, Traffic.fleet(4, 1, 12, Fleet.Detail.IMAGES), keda);

        // KEDA looks after half of 30 s; 60 s of start, 3 s until the partitions are fetched, 50 calls of 4 ms.
        assertThat(run.latencies().seconds(1)).isCloseTo(15 + 60 + 3 + 0.2, within(0.1));
        // It looks at 75 s, when the request still lags, and every 30 s: 195 s is the first that is 100 s later.
        assertThat(run.replicas())
                .containsExactly(
                        new Run.Change(Duration.ZERO, 0),
                        new Run.Change(Duration.ofSeconds(15), 1),
                        new Run.Change(Duration.ofSeconds(195), 0));
        assertThat(run.workers()).isEqualTo(Duration.ofMinutes(3));
    }

    @Test
    void lagAsksForAWorkerForEachThreshold() {
        Trace trace = Traffic.every(Duration.ZERO, 9, Traffic.unguided(50));
        Scaling keda = new Scaling.Keda(
                0,
                12,
                Duration.ofSeconds(30),
                Duration.ofSeconds(100),
                Duration.ofSeconds(60),
                4,
                Duration.ofSeconds(60),
                Duration.ofSeconds(15),
                Duration.ofSeconds(15));

        Run run = Traffic.run(trace, Traffic.fleet(4, 1, 12, Fleet.Detail.IMAGES), keda);

        // KEDA makes one of none; the horizontal autoscaler three of it, at the same moment: ceil(9 / 4).
        assertThat(run.mostReplicas()).isEqualTo(3);
    }

    @Test
    void theHorizontalAutoscalerLooksAsOftenAsItIsSaidTo() {
        Trace trace = Traffic.every(Duration.ofSeconds(1), 60, Traffic.unguided(50));

        Run run = Traffic.run(trace, Traffic.fleet(4, 1, 12, Fleet.Detail.IMAGES), lookingEvery(Duration.ofSeconds(4)));

        // KEDA makes one of none at 15 s; 17 requests lag at 16 s, when 5 are wanted at 4 for each.
        assertThat(run.replicas())
                .startsWith(
                        new Run.Change(Duration.ZERO, 0),
                        new Run.Change(Duration.ofSeconds(15), 1),
                        new Run.Change(Duration.ofSeconds(16), 5));
    }

    @Test
    void aThreadThatCommitsNeitherTakesNorSettles() {
        Fleet plain = Traffic.fleet(4, 1, 12, Fleet.Detail.IMAGES);
        Fleet committing = new Fleet(
                plain.models(),
                plain.partitions(),
                plain.maxImages(),
                plain.aside(),
                Duration.ofSeconds(10),
                plain.rebalance(),
                plain.grace(),
                plain.detail());
        Trace trace = Traffic.every(Duration.ofSeconds(1), 2, Traffic.unguided(50));

        Run run = Traffic.run(trace, committing, ONE);

        // The first is taken at 0 s, sampled at 0.2 s and settled at 10 s; the second, of 1 s, is taken at 10 s and
        // settled at 20 s.
        assertThat(run.latencies().seconds(0.5)).isCloseTo(10, within(0.01));
        assertThat(run.latencies().seconds(1)).isCloseTo(19, within(0.02));
    }

    @Test
    void workersThatStopLoseNothing() {
        Trace trace = Arrivals.draw(
                2, List.of(new Arrivals.Part(1, Traffic.classifierFree(50, 50))), Duration.ofMinutes(30), 5);
        Scaling keda = new Scaling.Keda(
                0,
                6,
                Duration.ofSeconds(15),
                Duration.ofSeconds(20),
                Duration.ofSeconds(10),
                4,
                Duration.ofSeconds(5),
                Duration.ofSeconds(15),
                Duration.ofSeconds(15));
        Fleet patient = Traffic.fleet(4, 12, 12, Fleet.Detail.IMAGES);
        Fleet hasty = new Fleet(
                patient.models(),
                12,
                64,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ofSeconds(3),
                Duration.ZERO,
                patient.detail());

        Run run = Traffic.run(trace, hasty, keda);

        assertThat(run.latencies().count()).isEqualTo(trace.requests());
        assertThat(run.handedOver()).isPositive();
        assertThat(run.mostReplicas()).isGreaterThan(1);
    }

    @ParameterizedTest
    @EnumSource
    void aDeadlineEndsWhatWaits(Fleet.Detail detail) {
        Ask late = new Ask(
                Traffic.MODEL,
                50,
                0,
                Ask.Method.NONE,
                1,
                "tenant",
                Priority.INTERACTIVE,
                Optional.of(Duration.ofMillis(100)));
        Trace.Builder trace = new Trace.Builder();
        for (int i = 0; i < 200; i++) {
            trace.add(0, Traffic.unguided(50), OptionalDouble.empty());
        }
        trace.add(1, late, OptionalDouble.empty());

        Run run = Traffic.run(trace.build(), Traffic.fleet(4, 1, 1, detail), ONE);

        assertThat(run.expired()).isEqualTo(1);
        assertThat(run.latencies().count()).isEqualTo(200);
    }

    private static Scaling lookingEvery(Duration sync) {
        return new Scaling.Keda(
                0,
                12,
                Duration.ofSeconds(30),
                Duration.ofSeconds(100),
                Duration.ofSeconds(60),
                4,
                Duration.ofSeconds(60),
                Duration.ofSeconds(15),
                sync);
    }
}
