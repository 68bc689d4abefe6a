package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.sampling.LoneSampler;
import dev.sluice.request.BatchSize;
import dev.sluice.request.FailureCode;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.Network;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the engine does when the device runs out of memory or fails again and again. */
class DeviceFaultsTest {
    private final SimulatedBundleQueue simulated = new SimulatedBundleQueue(8, 4);

    @Test
    void halvesTheCallsThatRunOutOfMemoryAndLosesNobody() {
        List<WatchedJob> jobs = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            jobs.add(simulated.submit(SimulatedBundleQueue.draft().withImages(4).withSeed(i)));
        }
        simulated.loop.tick();
        simulated.device.limitRows(3);

        simulated.runToEnd();

        assertThat(simulated.queue.served().batchShape())
                .isEqualTo(SimulatedBundleQueue.shape(BatchSize.CONSTANT, 2, 4));
        for (WatchedJob job : jobs) {
            assertThat(job.sampled().samples().toArray(float[][]::new))
                    .isDeepEqualTo(
                            LoneSampler.samples(job.job().request(), job.job().samplingPlan())
                                    .toArray(float[][]::new));
        }
    }

    @Test
    void halvesEachNetworksCallsForThemselves() {
        WatchedJob guided = simulated.submit(SimulatedBundleQueue.draft()
                .withImages(8)
                .classifier(2, new GuidanceSchedule.Full(), GuidanceWeighting.Kind.NONE));
        simulated.device.watch((bundle, network, rows) -> {
            if (network == Network.GUIDE && rows.rows() > 1) {
                simulated.device.limitRows(1);
            } else {
                simulated.device.recover();
            }
        });

        simulated.runToEnd();

        assertThat(guided.sampled().samples()).hasSize(8);
        assertThat(simulated.queue.served().batchShape())
                .isEqualTo(SimulatedBundleQueue.shape(BatchSize.CONSTANT, 8, 1));
    }

    @Test
    void completionSaysThatTheSizeChangedUnderIt() {
        WatchedJob before = simulated.submit(SimulatedBundleQueue.draft());
        simulated.loop.tick();
        simulated.device.limitRows(4);
        simulated.runToEnd();
        WatchedJob after = simulated.submit(SimulatedBundleQueue.draft());
        simulated.runToEnd();

        assertThat(before.sampled().batches()).isEqualTo(SimulatedBundleQueue.shape(BatchSize.ELASTIC, 8, 4));
        assertThat(after.sampled().batches()).isEqualTo(SimulatedBundleQueue.shape(BatchSize.CONSTANT, 4, 4));
    }

    @Test
    void answersWhoeverDoesNotFitAlone() {
        WatchedJob job = simulated.submit(SimulatedBundleQueue.draft());
        simulated.device.limitRows(0);

        simulated.runToEnd();

        assertThat(job.stopped().code()).isEqualTo(FailureCode.ENGINE_FAULT);
        assertThat(simulated.meter.chargedNanos()).isZero();
    }

    @Test
    void loadsTheBundleAnewAfterAFailure() {
        simulated.submit(SimulatedBundleQueue.draft());
        simulated.device.failNextCall();
        simulated.runToEnd();
        assertThat(simulated.device.loads()).isEqualTo(1);

        WatchedJob next = simulated.submit(SimulatedBundleQueue.draft());
        simulated.runToEnd();

        assertThat(simulated.device.loads()).isEqualTo(2);
        assertThat(next.sampled().samples()).hasSize(1);
    }

    @Test
    void oneCauseThatFailsBothQueuedCallsIsOneFailureAndOneReload() {
        WatchedJob first = simulated.submit(SimulatedBundleQueue.draft().withImages(8));
        WatchedJob second = simulated.submit(SimulatedBundleQueue.draft().withImages(8));
        simulated.device.watch((bundle, network, rows) -> {
            if (simulated.device.batches() < 2) {
                simulated.device.failNextCall();
            }
        });

        simulated.runToEnd();

        assertThat(first.stopped().code()).isEqualTo(FailureCode.ENGINE_FAULT);
        assertThat(second.sampled().samples()).hasSize(8);
        assertThat(simulated.device.loads()).isEqualTo(2);
    }

    @Test
    void answersEverybodyOnceTheBundleKeepsFailingAndTriesAgainLater() {
        List<WatchedJob> jobs = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            jobs.add(simulated.submit(SimulatedBundleQueue.draft()));
        }
        simulated.device.watch((bundle, network, rows) -> simulated.device.failNextCall());
        simulated.runToEnd();
        assertThat(jobs).allMatch(job -> job.stopped().code() == FailureCode.ENGINE_FAULT);
        // Three that count, and behind each the one that was made ready before anything was done about it.
        assertThat(simulated.device.batches()).isEqualTo(6);

        assertThat(simulated.submit(SimulatedBundleQueue.draft()).stopped().code())
                .isEqualTo(FailureCode.ENGINE_FAULT);

        simulated.device.watch((bundle, network, rows) -> {});
        simulated.clock.advance(Duration.ofMinutes(1));
        WatchedJob trial = simulated.submit(SimulatedBundleQueue.draft());
        simulated.runToEnd();
        assertThat(trial.sampled().samples()).hasSize(1);
    }

    @Test
    void answersEverybodyOnceOneNetworkKeepsFailingWhateverTheOthersManage() {
        simulated.device.watch((bundle, network, rows) -> {
            if (network == Network.GUIDE) {
                simulated.device.failNextCall();
            }
        });
        for (int i = 0; i < 3; i++) {
            WatchedJob plain = simulated.submit(SimulatedBundleQueue.draft());
            simulated.runToEnd();
            assertThat(plain.sampled().samples()).hasSize(1);

            WatchedJob guided = simulated.submit(SimulatedBundleQueue.draft()
                    .classifier(2, new GuidanceSchedule.Full(), GuidanceWeighting.Kind.NONE));
            simulated.runToEnd();
            assertThat(guided.stopped().code()).isEqualTo(FailureCode.ENGINE_FAULT);
        }

        assertThat(simulated.submit(SimulatedBundleQueue.draft()).stopped().code())
                .isEqualTo(FailureCode.ENGINE_FAULT);
    }

    @Test
    void warmUpHalvesCallsThatDoNotFit() {
        simulated.device.limitRows(2);

        simulated.loop.warmUp();

        assertThat(simulated.queue.served().batchShape())
                .isEqualTo(SimulatedBundleQueue.shape(BatchSize.CONSTANT, 2, 2));
    }

    @Test
    void elasticCallsCarryNoPadding() {
        SimulatedBundleQueue elastic =
                new SimulatedBundleQueue(EngineSettings.constant(8, 4).withBatchSize(BatchSize.ELASTIC));
        List<Integer> sizes = new ArrayList<>();
        elastic.device.watch((bundle, network, rows) -> sizes.add(rows.rows()));
        WatchedJob job = elastic.submit(SimulatedBundleQueue.draft().withImages(3));

        elastic.runToEnd();

        assertThat(sizes).hasSize(6).containsOnly(3);
        assertThat(job.sampled().batches()).isEqualTo(SimulatedBundleQueue.shape(BatchSize.ELASTIC, 8, 4));
        assertThat(job.sampled().usage().paddingNanos()).isZero();
    }
}
