package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.engine.metering.Backlog;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.SamplerSettings;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BacklogTest {
    private final SimulatedBundleQueue simulated = new SimulatedBundleQueue(4, 4);
    private final Backlog backlog = simulated.queue.served().backlog();

    @Test
    void holdsWhatThePlansOfAllImagesWillEvaluate() {
        simulated.submit(draft());

        assertThat(backlog.evaluations()).isEqualTo(2 * (6 + 2));
    }

    @Test
    void shrinksByTheRowsThatComeBackAndIsEmptyAtTheEnd() {
        WatchedJob one = simulated.submit(draft());
        WatchedJob other = simulated.submit(SimulatedBundleQueue.draft());
        long before = backlog.evaluations();

        simulated.loop.tick();
        long cameBack = one.job().usage().rows() + other.job().usage().rows();
        assertThat(cameBack).isPositive();
        assertThat(backlog.evaluations()).isEqualTo(before - cameBack);
        simulated.runToEnd();

        assertThat(backlog.evaluations()).isZero();
        assertThat(backlog.seconds()).isZero();
    }

    @Test
    void losesTheRestOfJobsThatEndEarly() {
        WatchedJob cancelled = simulated.submit(draft());
        WatchedJob abandoned = simulated.submit(draft());
        simulated.submit(SimulatedBundleQueue.draft());
        simulated.device.poisonNextCall(0);
        simulated.loop.tick();

        cancelled.cancel(simulated.loop);
        abandoned.abandon(simulated.loop);
        simulated.runToEnd();

        assertThat(backlog.evaluations()).isZero();
    }

    @Test
    void countsOnlyTheRestOfAResumedJob() {
        WatchedJob left = simulated.submit(SimulatedBundleQueue.draft().withSampler(SamplerSettings.ddpm(10)));
        simulated.loop.tick();
        simulated.loop.tick();
        SimulatedBundleQueue successor = new SimulatedBundleQueue(4, 4);

        WatchedJob resumed = successor.resume(left);

        assertThat(resumed.resumed()).isTrue();
        assertThat(successor.queue.served().backlog().evaluations()).isBetween(1L, 9L);
        successor.runToEnd();
        assertThat(successor.queue.served().backlog().evaluations()).isZero();
    }

    @Test
    void aFailedCallIsNoPaceAndItsJobLeavesNothing() {
        simulated.submit(SimulatedBundleQueue.draft());
        assertThat(backlog.evaluations()).isPositive();
        simulated.device.failNextCall();

        simulated.loop.tick();

        assertThat(backlog.evaluations()).isZero();
        assertThat(backlog.evaluationsPerSecond()).isZero();
    }

    @Test
    void paceIsThatOfTheLastCallsAndForgetsTheGuessAtOnce() {
        Backlog measured = new Backlog();
        assertThat(measured.evaluationsPerSecond()).isZero();

        measured.guess(8, Duration.ofSeconds(4).toNanos());
        assertThat(measured.evaluationsPerSecond()).isEqualTo(2);
        measured.add(10);
        assertThat(measured.seconds()).isEqualTo(5);

        measured.measured(10, Duration.ofSeconds(1).toNanos());
        assertThat(measured.evaluationsPerSecond()).isEqualTo(10);
        assertThat(measured.seconds()).isEqualTo(1);

        for (int batch = 0; batch < 300; batch++) {
            measured.measured(40, Duration.ofSeconds(1).toNanos());
        }
        assertThat(measured.evaluationsPerSecond()).isCloseTo(40, within(0.1));
    }

    @Test
    void warmUpGivesAPaceBeforeTheFirstRequest() {
        simulated.loop.warmUp();

        assertThat(backlog.evaluationsPerSecond()).isPositive();
        assertThat(backlog.seconds()).isZero();
    }

    /** Two images of six steps, two of them guided. */
    private static RequestDraft draft() {
        return SimulatedBundleQueue.draft()
                .withImages(2)
                .classifierFree(2, new GuidanceSchedule.EarlyStop(2), GuidanceWeighting.Kind.GAP)
                .withSampler(SamplerSettings.ddpm(6));
    }
}
