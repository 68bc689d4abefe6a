package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.engine.SimulatedDevice.Kind;
import dev.sluice.engine.checkpoint.JobSnapshot;
import dev.sluice.engine.checkpoint.JobSnapshotFormat;
import dev.sluice.engine.sampling.ImageState;
import dev.sluice.engine.sampling.ImageState.Stage;
import dev.sluice.engine.sampling.SamplingPlan;
import dev.sluice.engine.sampling.StepMemory;
import dev.sluice.request.BundleIdentity;
import dev.sluice.request.Evaluations;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.Prompt;
import dev.sluice.request.SamplerSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A job that goes on from a snapshot makes the images that it would have made undisturbed, for what was left to do. */
class JobSnapshotTest {
    private static final GuidanceSchedule SOME_STEPS = new GuidanceSchedule.Compress(3, 1);

    private static final float[] NOTHING = {};
    private static final EngineSettings SETTINGS = EngineSettings.constant(5, 3);

    /** Seeds, on a bundle of one stage and on one of many. */
    static Stream<Arguments> seeds() {
        return Stream.of(Kind.GUIDED, Kind.CASCADE)
                .flatMap(kind -> LongStream.range(0, 40).mapToObj(seed -> arguments(kind, seed)));
    }

    /** Every way to keep something from step to step, and ways that keep nothing. */
    static Stream<RequestDraft> drafts() {
        RequestDraft ddpm = SimulatedBundleQueue.draft().withSampler(SamplerSettings.ddpm(9));
        return Stream.of(
                        ddpm,
                        ddpm.classifierFree(3, SOME_STEPS, GuidanceWeighting.Kind.HOLD),
                        ddpm.classifier(4, SOME_STEPS, GuidanceWeighting.Kind.HOLD),
                        ddpm.classifierFree(3, SOME_STEPS, GuidanceWeighting.Kind.GAP),
                        ddpm.classifier(4, SOME_STEPS, GuidanceWeighting.Kind.GAP),
                        ddpm.classifier(0, SOME_STEPS, GuidanceWeighting.Kind.HOLD))
                .flatMap(draft -> Stream.of(
                        draft,
                        draft.withImages(3),
                        draft.withSampler(SamplerSettings.ddim(9, 0)),
                        draft.withSampler(SamplerSettings.deterministic(SamplerSettings.Kind.PNDM, 9)),
                        draft.withSampler(SamplerSettings.deterministic(SamplerSettings.Kind.DPMPP_2M, 9)),
                        draft.withImages(3).withSampler(SamplerSettings.deterministic(SamplerSettings.Kind.PNDM, 9)),
                        draft.withSampler(SamplerSettings.ddim(9, 0.5))));
    }

    @ParameterizedTest
    @MethodSource("drafts")
    void sameBitsFromWhereverItWasLeft(RequestDraft draft) {
        SimulatedBundleQueue undisturbed = new SimulatedBundleQueue(2, 1);
        WatchedJob whole = undisturbed.submit(draft);
        undisturbed.runToEnd();
        SimulatedBundleQueue killed = new SimulatedBundleQueue(2, 1);
        WatchedJob left = killed.submit(draft);
        killed.loop.tick();
        while (left.end() == null) {
            SimulatedBundleQueue successor = new SimulatedBundleQueue(2, 1);
            WatchedJob resumed = successor.resume(left);
            successor.runToEnd();

            assertThat(resumed.resumed()).isTrue();
            requireSameBits(whole.sampled().samples(), resumed.sampled().samples());
            assertThat(resumed.sampled().evaluations())
                    .isEqualTo(whole.sampled().evaluations());
            assertThat(resumed.sampled().batches()).isEqualTo(whole.sampled().batches());
            killed.loop.tick();
        }
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("seeds")
    void sameBitsAmongOthersAfterAnyNumberOfKills(Kind kind, long seed) {
        Random random = new Random(seed);
        List<RequestDraft> drafts = RandomRequests.forOne(SimulatedBundleQueue.MODEL, kind, random, 7);
        SimulatedBundleQueue undisturbed = new SimulatedBundleQueue(kind, SETTINGS);
        List<WatchedJob> whole = drafts.stream().map(undisturbed::submit).toList();
        undisturbed.runToEnd();

        SimulatedBundleQueue worker = new SimulatedBundleQueue(kind, SETTINGS);
        List<WatchedJob> jobs = drafts.stream().map(worker::submit).toList();
        for (int kill = 0; kill < 3; kill++) {
            for (int batch = random.nextInt(12); batch >= 0; batch--) {
                worker.loop.tick();
            }
            SimulatedBundleQueue successor = new SimulatedBundleQueue(kind, SETTINGS);
            jobs = jobs.stream()
                    .map(job -> job.end() == null ? successor.resume(job) : job)
                    .toList();
            worker = successor;
        }
        worker.runToEnd();

        for (int i = 0; i < drafts.size(); i++) {
            requireSameBits(
                    whole.get(i).sampled().samples(), jobs.get(i).sampled().samples());
        }
    }

    @Test
    void sameBitsFromWhateverPhaseItWasLeftIn() {
        EngineSettings settings = EngineSettings.constant(2, 1);
        RequestDraft draft = SimulatedBundleQueue.draft()
                .withPrompt(new Prompt.Text("circle", "square"))
                .withImages(3)
                .classifierFree(3, SOME_STEPS, GuidanceWeighting.Kind.HOLD);
        SimulatedBundleQueue undisturbed = new SimulatedBundleQueue(Kind.CASCADE, settings);
        WatchedJob whole = undisturbed.submit(draft);
        undisturbed.runToEnd();
        SimulatedBundleQueue killed = new SimulatedBundleQueue(Kind.CASCADE, settings);
        WatchedJob left = killed.submit(draft);
        Set<Stage> stages = EnumSet.noneOf(Stage.class);
        while (left.end() == null) {
            left.job().snapshot().images().forEach(image -> stages.add(image.stage()));
            SimulatedBundleQueue successor = new SimulatedBundleQueue(Kind.CASCADE, settings);
            WatchedJob resumed = successor.resume(left);
            successor.runToEnd();

            assertThat(resumed.resumed()).isTrue();
            requireSameBits(whole.sampled().samples(), resumed.sampled().samples());
            assertThat(resumed.sampled().evaluations())
                    .isEqualTo(whole.sampled().evaluations());
            assertThat(resumed.sampled().usage().rows())
                    .isEqualTo(resumed.sampled().spent().rows());
            killed.loop.tick();
        }
        assertThat(stages).containsExactlyInAnyOrder(Stage.values());
    }

    @Test
    void doesNotFitAStageThatTheBundleDoesNotHave() {
        SimulatedBundleQueue queue = new SimulatedBundleQueue(4, 2);
        WatchedJob left = queue.submit(SimulatedBundleQueue.draft().withImages(2));
        queue.loop.tick();
        JobSnapshot snapshot = left.job().snapshot();
        float[] x = snapshot.images().getFirst().x();

        for (ImageState misfit : List.of(
                new ImageState(Stage.UPSAMPLING, 0, x, StepMemory.NOTHING, x),
                new ImageState(Stage.DECODING, -1, x, StepMemory.NOTHING, NOTHING))) {
            assertThat(fits(with(snapshot, List.of(misfit)), left, queue)).isFalse();
        }
        ImageState done = new ImageState(Stage.DONE, -1, x, StepMemory.NOTHING, NOTHING);
        assertThat(fits(with(snapshot, List.of(done)), left, queue)).isTrue();
    }

    @Test
    void spendsOnlyWhatIsLeftAndTellsOfTheWhole() {
        RequestDraft draft = SimulatedBundleQueue.draft()
                .withSampler(SamplerSettings.ddpm(10))
                .classifierFree(3, new GuidanceSchedule.Compress(2, 1), GuidanceWeighting.Kind.GAP);
        SimulatedBundleQueue killed = new SimulatedBundleQueue(2, 1);
        WatchedJob left = killed.submit(draft);
        while (left.job().snapshot().images().isEmpty()
                || left.job().snapshot().images().getFirst().nextIndex() > 3) {
            killed.loop.tick();
        }

        SimulatedBundleQueue successor = new SimulatedBundleQueue(2, 1);
        WatchedJob resumed = successor.resume(left);
        successor.runToEnd();

        assertThat(resumed.sampled().evaluations()).isEqualTo(new Evaluations(10, 2, 0, 8));
        assertThat(resumed.sampled().spent()).isEqualTo(new Evaluations(4, 0, 0, 4));
        assertThat(resumed.sampled().usage().rows()).isEqualTo(4);
        assertThat(resumed.sampled().usage().deviceNanos()).isEqualTo(successor.meter.chargedNanos());
    }

    @Test
    void doesNotFitAnotherBundleOrCallsOfAnotherSize() {
        SimulatedBundleQueue queue = new SimulatedBundleQueue(4, 2);
        WatchedJob left = queue.submit(SimulatedBundleQueue.draft());
        queue.loop.tick();
        JobSnapshot snapshot = left.job().snapshot();
        BundleIdentity identity = snapshot.bundle();
        JobSnapshot ofAnotherBundle = new JobSnapshot(
                new BundleIdentity(identity.name(), identity.version(), "1".repeat(64)),
                snapshot.batches(),
                snapshot.images());

        assertThat(fits(snapshot, left, queue)).isTrue();
        assertThat(fits(ofAnotherBundle, left, queue)).isFalse();
        assertThat(fits(snapshot, left, new SimulatedBundleQueue(8, 2))).isFalse();
        assertThat(fits(snapshot, left, new SimulatedBundleQueue(4, 1))).isFalse();
    }

    @Test
    void doesNotFitOtherStepsOrImages() {
        SimulatedBundleQueue queue = new SimulatedBundleQueue(4, 2);
        WatchedJob left = queue.submit(SimulatedBundleQueue.draft());
        queue.loop.tick();
        JobSnapshot snapshot = left.job().snapshot();
        ImageState image = snapshot.images().getFirst();
        List<ImageState> misfits = List.of(
                denoising(6, image.x(), image.memory()),
                denoising(-2, image.x(), image.memory()),
                new ImageState(Stage.DONE, -1, image.x(), image.memory(), NOTHING),
                denoising(image.nextIndex(), new float[1], image.memory()),
                denoising(image.nextIndex(), image.x(), new StepMemory(image.x(), List.of())),
                denoising(image.nextIndex(), image.x(), new StepMemory(NOTHING, List.of(image.x()))));

        for (ImageState misfit : misfits) {
            assertThat(fits(with(snapshot, List.of(misfit)), left, queue)).isFalse();
        }
        assertThat(fits(with(snapshot, List.of(image, image)), left, queue)).isFalse();
    }

    @Test
    void doesNotFitASolverThatRemembersOtherwise() {
        SimulatedBundleQueue queue = new SimulatedBundleQueue(4, 2);
        WatchedJob left = queue.submit(SimulatedBundleQueue.draft()
                .withSampler(SamplerSettings.deterministic(SamplerSettings.Kind.PNDM, 6))
                .classifierFree(3, SOME_STEPS, GuidanceWeighting.Kind.GAP));
        queue.loop.tick();
        JobSnapshot snapshot = left.job().snapshot();
        ImageState image = snapshot.images().getFirst();
        List<float[]> remembered = image.memory().solver();
        StepMemory fewer = new StepMemory(new float[0], remembered.subList(1, remembered.size()));

        assertThat(remembered).hasSize(7);
        assertThat(fits(snapshot, left, queue)).isTrue();
        assertThat(fits(with(snapshot, List.of(denoising(image.nextIndex(), image.x(), fewer))), left, queue))
                .isFalse();
    }

    @Test
    void offersASnapshotAfterEachStepButTheLast() {
        List<Integer> stepsLeft = new ArrayList<>();
        SimulatedBundleQueue queue = new SimulatedBundleQueue(4, 2);
        GenerationRequest request = SimulatedBundleQueue.draft().withImages(2).request("r");
        SamplingPlan plan = queue.queue.served().samplingPlans().samplingPlan(request);
        JobListener listener = new JobListener() {
            @Override
            public void progressed(int step) {}

            @Override
            public void stepped(int left, Supplier<JobSnapshot> snapshot) {
                stepsLeft.add(left);
                assertThat(snapshot.get().images().stream()
                                .mapToInt(image -> image.nextIndex() + 1)
                                .sum())
                        .isEqualTo(left);
            }

            @Override
            public void ended(JobEnd end) {}
        };
        queue.loop.submit(new Job(
                new Submission(request, plan, listener, 0, 0, Optional.empty()), queue.queue.served(), Runnable::run));
        queue.runToEnd();

        assertThat(stepsLeft)
                .isEqualTo(IntStream.rangeClosed(1, 11).map(i -> 12 - i).boxed().toList());
    }

    @Test
    void readsNothingButAWholeSnapshot() {
        SimulatedBundleQueue queue = new SimulatedBundleQueue(4, 2);
        WatchedJob left = queue.submit(SimulatedBundleQueue.draft().withImages(2));
        queue.loop.tick();
        byte[] bytes = JobSnapshotFormat.write(left.job().snapshot());

        for (int length = 0; length < bytes.length; length++) {
            byte[] early = Arrays.copyOf(bytes, length);
            assertThatIllegalArgumentException().isThrownBy(() -> JobSnapshotFormat.read(early));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JobSnapshotFormat.read(Arrays.copyOf(bytes, bytes.length + 1)));
        assertThat(JobSnapshotFormat.write(JobSnapshotFormat.read(bytes))).isEqualTo(bytes);
    }

    private static ImageState denoising(int nextIndex, float[] x, StepMemory memory) {
        return new ImageState(Stage.DENOISING, nextIndex, x, memory, NOTHING);
    }

    private static boolean fits(JobSnapshot snapshot, WatchedJob job, SimulatedBundleQueue queue) {
        return snapshot.fits(
                job.job().request(),
                job.job().samplingPlan(),
                queue.queue.served().bundle(),
                queue.queue.served().batchShape());
    }

    private static JobSnapshot with(JobSnapshot snapshot, List<ImageState> images) {
        return new JobSnapshot(snapshot.bundle(), snapshot.batches(), images);
    }

    private static void requireSameBits(List<float[]> expected, List<float[]> found) {
        assertThat(found.toArray(float[][]::new)).isDeepEqualTo(expected.toArray(float[][]::new));
    }
}
