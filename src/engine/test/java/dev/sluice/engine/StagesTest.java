package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.SimulatedDevice.Kind;
import dev.sluice.engine.sampling.LoneSampler;
import dev.sluice.engine.sampling.Role;
import dev.sluice.engine.sampling.SamplingPlan;
import dev.sluice.engine.scheduling.BatchSizes;
import dev.sluice.request.BatchSize;
import dev.sluice.request.Evaluations;
import dev.sluice.request.FailureCode;
import dev.sluice.request.Guidance;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.Network;
import dev.sluice.request.PerNetwork;
import dev.sluice.request.Prompt;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Text prompts, second stages and latents on their way through the loop. */
class StagesTest {
    private static final int STEPS = 6;
    private static final int UPSAMPLER_STEPS = SimulatedDevice.UPSAMPLER_TIMESTEPS.size();
    private static final EngineSettings SETTINGS =
            EngineSettings.constant(new BatchSizes(PerNetwork.of(network -> network == Network.GUIDE ? 2 : 4)));
    private static final GuidanceSchedule TWO_STEPS = new GuidanceSchedule.Compress(2, 1);

    private final SimulatedBundleQueue cascade = new SimulatedBundleQueue(Kind.CASCADE, SETTINGS);
    private final SimulatedBundleQueue latent = new SimulatedBundleQueue(Kind.LATENT, SETTINGS);

    @Test
    void cascadeGoesThroughEveryNetworkAndMakesWhatTheLoneSamplerMakes() {
        WatchedJob job =
                cascade.submit(text("circle", "").withImages(3).classifier(3, TWO_STEPS, GuidanceWeighting.Kind.GAP));
        cascade.runToEnd();

        assertThat(job.sampled().evaluations())
                .isEqualTo(new Evaluations(3 * STEPS, 0, 3 * 2, 3 * (STEPS - 2), 2, 3L * UPSAMPLER_STEPS, 3));
        assertThat(job.sampled().spent()).isEqualTo(job.sampled().evaluations());
        assertThat(job.sampled().usage().rows())
                .isEqualTo(cascade.queue.served().bundle().rowsUsed());
        assertThat(job.sampled().shape()).isEqualTo(new JobEnd.SampleShape(3, 2, 4));
        requireLoneSamplersImages(job);
    }

    @Test
    void negativePromptIsWhatClassifierFreeGuidanceKeepsAwayFrom() {
        RequestDraft draft = text("circle", "square").classifierFree(3, TWO_STEPS, GuidanceWeighting.Kind.GAP);
        WatchedJob away = latent.submit(draft);
        WatchedJob fromNothing = latent.submit(draft.withPrompt(new Prompt.Text("circle", "")));
        latent.runToEnd();

        assertThat(picture(away)).isNotEqualTo(picture(fromNothing));
        requireLoneSamplersImages(away);
        requireLoneSamplersImages(fromNothing);
    }

    @Test
    void negativePromptChangesNothingWhereNoStepIsGuided() {
        WatchedJob with = latent.submit(text("circle", "square"));
        WatchedJob without = latent.submit(text("circle", ""));
        latent.runToEnd();

        assertThat(picture(with)).isEqualTo(picture(without));
        assertThat(with.sampled().evaluations().text()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void infinityInARowOfAnyNetworkEndsItsJob(Network network) {
        cascade.device.watch((bundle, called, rows) -> {
            if (called == network) {
                cascade.device.poisonNextCall(0, Float.POSITIVE_INFINITY);
            }
        });
        WatchedJob job = cascade.submit(text("circle", "").classifier(3, TWO_STEPS, GuidanceWeighting.Kind.GAP));
        cascade.runToEnd();

        assertThat(job.stopped().code()).isEqualTo(FailureCode.NUMERIC_FAULT);
    }

    @Test
    void noPromptIsTheEmptyText() {
        WatchedJob none = latent.submit(SimulatedBundleQueue.draft().withPrompt(new Prompt.Unconditional()));
        latent.runToEnd();

        assertThat(none.job().samplingPlan().conditional())
                .isEqualTo(latent.queue
                        .served()
                        .samplingPlans()
                        .samplingPlan(text("circle", "").request("r"))
                        .unconditional());
        requireLoneSamplersImages(none);
    }

    @Test
    void denoiserThatIsNotToldReadsNothingAndNotTheNegativePrompt() {
        Guidance blind = new Guidance.Classifier(
                2,
                TWO_STEPS,
                GuidanceWeighting.of(GuidanceWeighting.Kind.GAP),
                Guidance.DenoiserCondition.UNCONDITIONAL);
        SamplingPlan samplingPlan = cascade.queue
                .served()
                .samplingPlans()
                .samplingPlan(text("circle", "square").withGuidance(blind).request("r"));

        assertThat(samplingPlan.conditional())
                .isEqualTo(cascade.queue
                        .served()
                        .samplingPlans()
                        .samplingPlan(text("circle", "").request("r"))
                        .unconditional());
        assertThat(samplingPlan.texts()).containsOnlyKeys(Role.PROMPT, Role.GUIDE_PROMPT);
    }

    @Test
    void textThatComesAgainCostsNothing() {
        RequestDraft draft = text("circle", "square").classifierFree(3, TWO_STEPS, GuidanceWeighting.Kind.GAP);
        WatchedJob first = latent.submit(draft);
        latent.runToEnd();
        WatchedJob again = latent.submit(draft);
        latent.runToEnd();

        assertThat(first.sampled().evaluations().text()).isEqualTo(2);
        assertThat(again.sampled().evaluations().text()).isZero();
        assertThat(again.sampled().usage().nanos().get(Network.TEXT_ENCODER)).isZero();
        assertThat(latent.queue.served().bundle().counter(Network.TEXT_ENCODER).used())
                .isEqualTo(2);
        assertThat(picture(again)).isEqualTo(picture(first));
    }

    @Test
    void encodingsOfCallsOfAnotherSizeAreForgotten() {
        WatchedJob first = latent.submit(text("circle", ""));
        latent.runToEnd();
        latent.device.watch((bundle, network, rows) -> {
            if (network == Network.TEXT_ENCODER && rows.rows() > 1) {
                latent.device.limitRows(1);
            } else {
                latent.device.recover();
            }
        });
        latent.submit(text("square", ""));
        latent.runToEnd();

        WatchedJob again = latent.submit(text("circle", ""));
        latent.runToEnd();

        assertThat(again.sampled().evaluations().text()).isEqualTo(1);
        assertThat(again.sampled().batches().size()).isEqualTo(BatchSize.CONSTANT);
        assertThat(picture(again)).isEqualTo(picture(first));
    }

    @Test
    void oldTextsMakeRoomForNewOnes() {
        for (int i = 0; i < 100; i++) {
            latent.submit(text(String.valueOf((char) ('a' + i)), ""));
            latent.runToEnd();
        }
        WatchedJob first = latent.submit(text("a", ""));
        WatchedJob last = latent.submit(text(String.valueOf((char) ('a' + 99)), ""));
        latent.runToEnd();

        assertThat(first.sampled().evaluations().text()).isEqualTo(1);
        assertThat(last.sampled().evaluations().text()).isZero();
    }

    @Test
    void noImageStartsBeforeItsPromptIsEncoded() {
        List<Network> batches = new ArrayList<>();
        latent.device.watch((bundle, network, rows) -> batches.add(network));
        WatchedJob job = latent.submit(text("circle", "").withImages(2));

        assertThat(job.job().imagesStarted()).isZero();
        latent.runToEnd();

        assertThat(batches.getFirst()).isEqualTo(Network.TEXT_ENCODER);
        assertThat(batches.getLast()).isEqualTo(Network.DECODER);
        assertThat(batches.stream().filter(network -> network == Network.DENOISER))
                .hasSize(STEPS);
    }

    @Test
    void stoppedInAnyPhaseItLeavesNothingBehind() {
        Set<Network> seen = EnumSet.noneOf(Network.class);
        for (int ticks = 0; ticks < 2 + STEPS * 2 + UPSAMPLER_STEPS + 2; ticks++) {
            SimulatedBundleQueue queue = new SimulatedBundleQueue(Kind.CASCADE, SETTINGS);
            queue.device.watch((bundle, network, rows) -> seen.add(network));
            WatchedJob job = queue.submit(text("circle", "")
                    .withImages(2)
                    .classifier(3, new GuidanceSchedule.Full(), GuidanceWeighting.Kind.NONE));
            for (int tick = 0; tick < ticks; tick++) {
                queue.loop.tick();
            }

            job.cancel(queue.loop);
            queue.runToEnd();

            assertThat(queue.queue.scheduler().hasRows()).isFalse();
            assertThat(queue.queue.scheduler().workWaits()).isFalse();
            if (job.end() instanceof JobEnd.Stopped stopped) {
                assertThat(stopped.code()).isEqualTo(FailureCode.CANCELLED);
                assertThat(queue.meter.overheadNanos() + stopped.usage().deviceNanos())
                        .isEqualTo(queue.device.nanosSpent());
            }
        }
        assertThat(seen).containsExactlyInAnyOrder(Network.values());
    }

    @ParameterizedTest
    @EnumSource
    void halvesTheCallsOfWhicheverNetworkRunsOutOfMemory(Network tooLarge) {
        cascade.device.watch((bundle, network, rows) -> {
            if (network == tooLarge && rows.rows() > 1) {
                cascade.device.limitRows(1);
            } else {
                cascade.device.recover();
            }
        });
        WatchedJob job =
                cascade.submit(text("circle", "").withImages(5).classifier(3, TWO_STEPS, GuidanceWeighting.Kind.GAP));

        cascade.runToEnd();

        assertThat(cascade.queue.served().batchShape().rowsPerCall(tooLarge)).isEqualTo(1);
        Network other = tooLarge == Network.DENOISER ? Network.UPSAMPLER : Network.DENOISER;
        assertThat(cascade.queue.served().batchShape().rowsPerCall(other)).isEqualTo(4);
        requireLoneSamplersImages(job);
    }

    @Test
    void failsThePromptWhoseEncodingIsNotANumberAndNoOther() {
        WatchedJob poisoned = latent.submit(text("circle", ""));
        WatchedJob sound = latent.submit(text("square", ""));
        latent.device.poisonNextCall(0);
        latent.runToEnd();
        WatchedJob again = latent.submit(text("circle", ""));
        latent.runToEnd();

        assertThat(poisoned.stopped().code()).isEqualTo(FailureCode.NUMERIC_FAULT);
        requireLoneSamplersImages(sound);
        requireLoneSamplersImages(again);
    }

    @Test
    void bothStagesTakeTurnsWhereBothHaveFullCalls() {
        Map<Network, Integer> batches = new TreeMap<>();
        List<Network> order = new ArrayList<>();
        cascade.device.watch((bundle, network, rows) -> {
            batches.merge(network, 1, Integer::sum);
            order.add(network);
        });
        List<WatchedJob> jobs = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            jobs.add(cascade.submit(text("circle", "").withImages(4).withSeed(i)));
        }
        cascade.runToEnd();

        assertThat(jobs).allSatisfy(StagesTest::requireLoneSamplersImages);
        int longestRun = 0;
        int run = 0;
        List<Network> stages = order.stream()
                .filter(network -> network == Network.UPSAMPLER || network == Network.DENOISER)
                .toList();
        int lastDenoising = stages.lastIndexOf(Network.DENOISER);
        for (Network network : stages.subList(0, lastDenoising)) {
            run = network == Network.UPSAMPLER ? run + 1 : 0;
            longestRun = Math.max(longestRun, run);
        }
        assertThat(longestRun)
                .as("upsampler calls in a row while images wait to be denoised")
                .isLessThan(4);
    }

    private static RequestDraft text(String text, String negative) {
        return SimulatedBundleQueue.draft().withPrompt(new Prompt.Text(text, negative));
    }

    private static float[] picture(WatchedJob job) {
        return job.sampled().samples().getFirst();
    }

    private static void requireLoneSamplersImages(WatchedJob job) {
        assertThat(job.sampled().samples().toArray(float[][]::new))
                .isDeepEqualTo(
                        LoneSampler.samples(job.job().request(), job.job().samplingPlan())
                                .toArray(float[][]::new));
    }
}
