package dev.sluice.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.capacity.Autoscaler.Metrics;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Holds the autoscaler to what KEDA 2.20 and the horizontal autoscaler behind it decide. */
class AutoscalerTest {
    private static final Metrics NOTHING = new Metrics(0, 0);

    private final Scaling.Keda settings = new Scaling.Keda(
            0,
            20,
            Duration.ofSeconds(15),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            4,
            Duration.ofSeconds(60),
            Duration.ofSeconds(15),
            Duration.ofSeconds(15));
    private final Autoscaler autoscaler = new Autoscaler(settings, 12);

    @Test
    void kedaMakesOneOfNoneWhereThereIsAnyLag() {
        assertThat(autoscaler.polled(0, NOTHING, 0)).isZero();
        assertThat(autoscaler.polled(0, new Metrics(1000, 0), 0)).isEqualTo(1);
    }

    @Test
    void kedaKeepsWorkersUntilTheCooldownIsOver() {
        autoscaler.polled(seconds(30), new Metrics(0, 1), 3);

        assertThat(autoscaler.polled(seconds(90), NOTHING, 3)).isEqualTo(3);
        assertThat(autoscaler.polled(seconds(91), NOTHING, 3)).isZero();
    }

    @Test
    void lagCountsForNoMoreWorkersThanPartitions() {
        int replicas = 1;
        for (int period = 1; period < 10; period++) {
            replicas = autoscaler.synced(seconds(15 * period), new Metrics(1_000_000, 0), replicas);
        }

        assertThat(replicas).isEqualTo(12);
    }

    @Test
    void goesUpByFourOrToTwiceAsMany() {
        assertThat(autoscaler.synced(0, new Metrics(48, 0), 1)).isEqualTo(5);
        assertThat(autoscaler.synced(seconds(15), new Metrics(48, 0), 5)).isEqualTo(10);
        assertThat(autoscaler.synced(seconds(30), new Metrics(48, 0), 10)).isEqualTo(12);
    }

    /** Kubernetes' policy is of 15 s, however often its autoscaler looks. */
    @Test
    void looksThatComeOftenerAddNoMoreThanOneWouldInThePolicysPeriod() {
        assertThat(autoscaler.synced(0, new Metrics(48, 0), 1)).isEqualTo(5);
        assertThat(autoscaler.synced(seconds(5), new Metrics(48, 0), 5)).isEqualTo(5);
        assertThat(autoscaler.synced(seconds(10), new Metrics(48, 0), 5)).isEqualTo(5);
        assertThat(autoscaler.synced(seconds(15), new Metrics(48, 0), 5)).isEqualTo(10);
    }

    @Test
    void theMetricThatWantsMostCounts() {
        assertThat(autoscaler.synced(0, new Metrics(8, 181), 2)).isEqualTo(4);
    }

    @Test
    void aTenthMoreOrLessChangesNothing() {
        assertThat(HorizontalAutoscaler.wanted(43, 4, 10)).isEqualTo(10);
        assertThat(HorizontalAutoscaler.wanted(45, 4, 10)).isEqualTo(12);
        assertThat(HorizontalAutoscaler.wanted(36, 4, 10)).isEqualTo(10);
        assertThat(HorizontalAutoscaler.wanted(35, 4, 10)).isEqualTo(9);
    }

    @Test
    void goesDownOnlyAsFarAsNothingInTheWindowWantedMore() {
        assertThat(autoscaler.synced(0, new Metrics(24, 0), 6)).isEqualTo(6);
        assertThat(autoscaler.synced(seconds(15), new Metrics(8, 0), 6)).isEqualTo(6);
        assertThat(autoscaler.synced(seconds(60), new Metrics(8, 0), 6)).isEqualTo(6);
        assertThat(autoscaler.synced(seconds(61), new Metrics(8, 0), 6)).isEqualTo(2);
    }

    private static long seconds(int seconds) {
        return seconds * 1_000_000_000L;
    }
}
