package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.sampling.SamplingPlan;
import dev.sluice.request.FailureCode;
import dev.sluice.request.Guidance;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.SamplerSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EngineLoopTest {
    private final SimulatedBundleQueue simulated = new SimulatedBundleQueue(4, 2);

    @Test
    void failedCallEndsTheJobsInItAndNoOthers() {
        WatchedJob inTheCall = simulated.submit(SimulatedBundleQueue.draft().withImages(4));
        WatchedJob waiting = simulated.submit(SimulatedBundleQueue.draft());
        simulated.device.failNextCall();

        simulated.runToEnd();

        assertThat(inTheCall.stopped().code()).isEqualTo(FailureCode.ENGINE_FAULT);
        assertThat(waiting.sampled().samples()).hasSize(1);
    }

    @Test
    void failedCallIsOverhead() {
        WatchedJob job = simulated.submit(SimulatedBundleQueue.draft());
        simulated.device.failNextCall();

        simulated.loop.tick();

        assertThat(job.stopped().usage().deviceNanos()).isZero();
        assertThat(simulated.meter.overheadNanos()).isPositive().isEqualTo(simulated.device.nanosSpent());
    }

    @Test
    void notANumberEndsTheJobWhoseRowItWasAndNoOther() {
        WatchedJob first = simulated.submit(SimulatedBundleQueue.draft());
        WatchedJob poisoned = simulated.submit(SimulatedBundleQueue.draft());
        WatchedJob last = simulated.submit(SimulatedBundleQueue.draft());
        simulated.device.poisonNextCall(1);

        simulated.runToEnd();

        assertThat(poisoned.stopped().code()).isEqualTo(FailureCode.NUMERIC_FAULT);
        assertThat(first.sampled().samples()).hasSize(1);
        assertThat(last.sampled().samples()).hasSize(1);
    }

    @Test
    void infinityThatTheClampWouldHideEndsTheJobWhoseRowItWasAndNoOther() {
        WatchedJob first = simulated.submit(SimulatedBundleQueue.draft());
        WatchedJob poisoned = simulated.submit(SimulatedBundleQueue.draft());
        WatchedJob last = simulated.submit(SimulatedBundleQueue.draft());
        simulated.device.poisonNextCall(1, Float.POSITIVE_INFINITY);

        simulated.runToEnd();

        assertThat(poisoned.stopped().code()).isEqualTo(FailureCode.NUMERIC_FAULT);
        assertThat(first.sampled().samples()).hasSize(1);
        assertThat(last.sampled().samples()).hasSize(1);
    }

    @Test
    void infinityInTheUnconditionalRowEndsItsJob() {
        WatchedJob poisoned = simulated.submit(SimulatedBundleQueue.draft()
                .classifierFree(2, new GuidanceSchedule.Full(), GuidanceWeighting.Kind.NONE));
        simulated.device.poisonNextCall(1, Float.NEGATIVE_INFINITY);

        simulated.runToEnd();

        assertThat(poisoned.stopped().code()).isEqualTo(FailureCode.NUMERIC_FAULT);
    }

    @Test
    void notANumberIsChargedToTheJobThatCausedIt() {
        WatchedJob poisoned = simulated.submit(SimulatedBundleQueue.draft());
        simulated.device.poisonNextCall(0);

        simulated.loop.tick();

        assertThat(poisoned.stopped().usage().deviceNanos())
                .isPositive()
                .isEqualTo(simulated.device.nanosSpent() - simulated.meter.overheadNanos());
    }

    @Test
    void deadlineStopsAJobBeforeItsNextCall() {
        WatchedJob job = simulated.submit(
                SimulatedBundleQueue.draft().withDeadline(simulated.clock.now().plusSeconds(1)));
        simulated.loop.tick();

        simulated.clock.advance(Duration.ofSeconds(2));
        simulated.loop.tick();

        assertThat(job.stopped().code()).isEqualTo(FailureCode.DEADLINE_EXPIRED);
        assertThat(job.stopped().spent().conditional()).isEqualTo(1);
        assertThat(simulated.device.batches()).isEqualTo(1);
    }

    @Test
    void cancelledJobsRowsLeaveTheQueues() {
        WatchedJob cancelled = simulated.submit(SimulatedBundleQueue.draft().withImages(8));
        simulated.loop.tick();

        cancelled.cancel(simulated.loop);

        assertThat(cancelled.stopped().code()).isEqualTo(FailureCode.CANCELLED);
        assertThat(simulated.queue.scheduler().hasRows()).isFalse();
        assertThat(simulated.queue.scheduler().workWaits()).isFalse();
        simulated.runToEnd();
        assertThat(simulated.device.batches()).as("only what was under way").isEqualTo(2);
        assertThat(simulated.meter.overheadNanos() + cancelled.stopped().usage().deviceNanos())
                .isEqualTo(simulated.device.nanosSpent());
    }

    @Test
    void abandonedJobBecomesOverheadWithoutAWord() {
        WatchedJob job = simulated.submit(SimulatedBundleQueue.draft());
        simulated.loop.tick();
        assertThat(simulated.meter.chargedNanos()).isPositive();

        job.abandon(simulated.loop);

        assertThat(job.end()).isNull();
        assertThat(simulated.meter.chargedNanos()).isZero();
        assertThat(simulated.meter.overheadNanos()).isEqualTo(simulated.device.nanosSpent());
    }

    @Test
    void skippedGuidanceMakesRoomForSomebodyElsesImage() {
        GuidanceSchedule first = new GuidanceSchedule.EarlyStop(1);
        simulated.submit(SimulatedBundleQueue.draft()
                .withImages(2)
                .classifierFree(2, first, GuidanceWeighting.Kind.GAP)
                .withSampler(SamplerSettings.ddpm(4)));
        WatchedJob other =
                simulated.submit(SimulatedBundleQueue.draft().withImages(2).withSampler(SamplerSettings.ddpm(3)));

        simulated.runToEnd();

        // 2·(1+4) + 2·3 rows in calls of 4: one for the guided step, then three that both jobs share.
        assertThat(other.sampled().samples()).hasSize(2);
        assertThat(simulated.device.batches()).isEqualTo(4);
    }

    @Test
    void reportsProgressNoMoreOftenThanTheInterval() {
        SimulatedBundleQueue slow = new SimulatedBundleQueue(4, 4);
        ProgressRecorder recorder = new ProgressRecorder();
        var request = SimulatedBundleQueue.draft()
                .withSampler(SamplerSettings.ddpm(10))
                .request("r");
        SamplingPlan plan = slow.queue.served().samplingPlans().samplingPlan(request);
        slow.loop.submit(new Job(
                new Submission(request, plan, recorder, 0, 0, Optional.empty()), slow.queue.served(), Runnable::run));

        while (!slow.loop.idle()) {
            slow.clock.advance(Duration.ofMillis(400));
            slow.loop.tick();
        }

        // One interval is a second, one step a little over 400 ms.
        assertThat(recorder.steps).containsExactly(3, 6, 9);
    }

    @Test
    void holdingWithEveryStepGuidedEqualsFullGuidance() {
        GuidanceWeighting hold = GuidanceWeighting.of(GuidanceWeighting.Kind.HOLD);
        GuidanceWeighting full = GuidanceWeighting.of(GuidanceWeighting.Kind.NONE);
        GuidanceSchedule everyStep = new GuidanceSchedule.Full();

        assertThat(sample(free(3, everyStep, hold))).isEqualTo(sample(free(3, everyStep, full)));
        assertThat(sample(classifier(3, everyStep, hold))).isEqualTo(sample(classifier(3, everyStep, full)));
    }

    private static float[] sample(Guidance guidance) {
        SimulatedBundleQueue simulated = new SimulatedBundleQueue(4, 4);
        WatchedJob job = simulated.submit(SimulatedBundleQueue.draft().withGuidance(guidance));
        simulated.runToEnd();
        return job.sampled().samples().getFirst();
    }

    private static Guidance free(double scale, GuidanceSchedule schedule, GuidanceWeighting weighting) {
        return new Guidance.ClassifierFree(scale, schedule, weighting);
    }

    private static Guidance classifier(double scale, GuidanceSchedule schedule, GuidanceWeighting weighting) {
        return new Guidance.Classifier(scale, schedule, weighting, Guidance.DenoiserCondition.CONDITIONAL);
    }

    private static final class ProgressRecorder implements JobListener {
        final List<Integer> steps = new ArrayList<>();

        @Override
        public void progressed(int step) {
            steps.add(step);
        }

        @Override
        public void ended(JobEnd end) {}
    }
}
