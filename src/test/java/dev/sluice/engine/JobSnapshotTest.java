package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sluice.request.BundleIdentity;
import dev.sluice.request.Evaluations;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.GuidanceSchedule;
import dev.sluice.request.GuidanceWeighting;
import dev.sluice.request.SamplerSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A job that goes on from a snapshot makes the images that it would have made undisturbed, for what was left to do. */
class JobSnapshotTest {
    private static final GuidanceSchedule SOME_STEPS = new GuidanceSchedule.Compress(3, 1);

    static LongStream seeds() {
        return LongStream.range(0, 40);
    }

    /** Every way to keep something from step to step, and ways that keep nothing. */
    static Stream<RequestDraft> drafts() {
        RequestDraft ddpm = SimulatedLane.draft().withSampler(SamplerSettings.ddpm(9));
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
        SimulatedLane undisturbed = new SimulatedLane(2, 1);
        WatchedJob whole = undisturbed.submit(draft);
        undisturbed.runToEnd();
        SimulatedLane killed = new SimulatedLane(2, 1);
        WatchedJob left = killed.submit(draft);
        killed.loop.tick();
        while (left.end() == null) {
            SimulatedLane successor = new SimulatedLane(2, 1);
            WatchedJob resumed = successor.resume(left);
            successor.runToEnd();

            assertThat(resumed.resumed()).isTrue();
            requireSameBits(whole.sampled().samples(), resumed.sampled().samples());
            assertThat(resumed.sampled().evaluations())
                    .isEqualTo(whole.sampled().evaluations());
            assertThat(resumed.sampled().calls()).isEqualTo(whole.sampled().calls());
            killed.loop.tick();
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void sameBitsAmongOthersAfterAnyNumberOfKills(long seed) {
        Random random = new Random(seed);
        List<RequestDraft> drafts = mixedTraffic(random);
        SimulatedLane undisturbed = new SimulatedLane(5, 3);
        List<WatchedJob> whole = drafts.stream().map(undisturbed::submit).toList();
        undisturbed.runToEnd();

        SimulatedLane worker = new SimulatedLane(5, 3);
        List<WatchedJob> jobs = drafts.stream().map(worker::submit).toList();
        for (int kill = 0; kill < 3; kill++) {
            for (int call = random.nextInt(12); call >= 0; call--) {
                worker.loop.tick();
            }
            SimulatedLane successor = new SimulatedLane(5, 3);
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
    void spendsOnlyWhatIsLeftAndTellsOfTheWhole() {
        RequestDraft draft = SimulatedLane.draft()
                .withSampler(SamplerSettings.ddpm(10))
                .classifierFree(3, new GuidanceSchedule.Compress(2, 1), GuidanceWeighting.Kind.GAP);
        SimulatedLane killed = new SimulatedLane(2, 1);
        WatchedJob left = killed.submit(draft);
        while (left.job().snapshot().images().isEmpty()
                || left.job().snapshot().images().getFirst().nextIndex() > 3) {
            killed.loop.tick();
        }

        SimulatedLane successor = new SimulatedLane(2, 1);
        WatchedJob resumed = successor.resume(left);
        successor.runToEnd();

        assertThat(resumed.sampled().evaluations()).isEqualTo(new Evaluations(10, 2, 0, 8));
        assertThat(resumed.sampled().spent()).isEqualTo(new Evaluations(4, 0, 0, 4));
        assertThat(resumed.sampled().usage().rows()).isEqualTo(4);
        assertThat(resumed.sampled().usage().deviceNanos()).isEqualTo(successor.meter.chargedNanos());
    }

    @Test
    void doesNotFitAnotherBundleOrCallsOfAnotherSize() {
        SimulatedLane lane = new SimulatedLane(4, 2);
        WatchedJob left = lane.submit(SimulatedLane.draft());
        lane.loop.tick();
        JobSnapshot snapshot = left.job().snapshot();
        BundleIdentity identity = snapshot.bundle();
        JobSnapshot ofAnotherBundle = new JobSnapshot(
                new BundleIdentity(identity.name(), identity.version(), "1".repeat(64)),
                snapshot.calls(),
                snapshot.images());

        assertThat(fits(snapshot, left, lane)).isTrue();
        assertThat(fits(ofAnotherBundle, left, lane)).isFalse();
        assertThat(fits(snapshot, left, new SimulatedLane(8, 2))).isFalse();
        assertThat(fits(snapshot, left, new SimulatedLane(4, 1))).isFalse();
    }

    @Test
    void doesNotFitOtherStepsOrImages() {
        SimulatedLane lane = new SimulatedLane(4, 2);
        WatchedJob left = lane.submit(SimulatedLane.draft());
        lane.loop.tick();
        JobSnapshot snapshot = left.job().snapshot();
        JobSnapshot.Image image = snapshot.images().getFirst();
        List<JobSnapshot.Image> misfits = List.of(
                new JobSnapshot.Image(6, image.x(), image.memory()),
                new JobSnapshot.Image(-2, image.x(), image.memory()),
                new JobSnapshot.Image(-1, image.x(), image.memory()),
                new JobSnapshot.Image(image.nextIndex(), new float[1], image.memory()),
                new JobSnapshot.Image(image.nextIndex(), image.x(), new StepMemory(image.x(), List.of())),
                new JobSnapshot.Image(image.nextIndex(), image.x(), new StepMemory(new float[0], List.of(image.x()))));

        for (JobSnapshot.Image misfit : misfits) {
            assertThat(fits(with(snapshot, List.of(misfit)), left, lane)).isFalse();
        }
        assertThat(fits(with(snapshot, List.of(image, image)), left, lane)).isFalse();
    }

    @Test
    void doesNotFitASolverThatRemembersOtherwise() {
        SimulatedLane lane = new SimulatedLane(4, 2);
        WatchedJob left = lane.submit(SimulatedLane.draft()
                .withSampler(SamplerSettings.deterministic(SamplerSettings.Kind.PNDM, 6))
                .classifierFree(3, SOME_STEPS, GuidanceWeighting.Kind.GAP));
        lane.loop.tick();
        JobSnapshot snapshot = left.job().snapshot();
        JobSnapshot.Image image = snapshot.images().getFirst();
        List<float[]> remembered = image.memory().solver();
        StepMemory fewer = new StepMemory(new float[0], remembered.subList(1, remembered.size()));

        assertThat(remembered).hasSize(7);
        assertThat(fits(snapshot, left, lane)).isTrue();
        assertThat(fits(
                        with(snapshot, List.of(new JobSnapshot.Image(image.nextIndex(), image.x(), fewer))),
                        left,
                        lane))
                .isFalse();
    }

    @Test
    void offersASnapshotAfterEachStepButTheLast() {
        List<Integer> stepsLeft = new ArrayList<>();
        SimulatedLane lane = new SimulatedLane(4, 2);
        GenerationRequest request = SimulatedLane.draft().withImages(2).request("r");
        lane.loop.submit(new Job(
                request,
                lane.lane.recipes().recipe(request),
                lane.lane,
                new JobListener() {
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
                },
                0,
                0,
                Runnable::run,
                Optional.empty()));
        lane.runToEnd();

        assertThat(stepsLeft)
                .isEqualTo(IntStream.rangeClosed(1, 11).map(i -> 12 - i).boxed().toList());
    }

    @Test
    void readsNothingButAWholeSnapshot() {
        SimulatedLane lane = new SimulatedLane(4, 2);
        WatchedJob left = lane.submit(SimulatedLane.draft().withImages(2));
        lane.loop.tick();
        byte[] bytes = JobSnapshotFormat.write(left.job().snapshot());

        for (int length = 0; length < bytes.length; length++) {
            byte[] early = Arrays.copyOf(bytes, length);
            assertThatIllegalArgumentException().isThrownBy(() -> JobSnapshotFormat.read(early));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JobSnapshotFormat.read(Arrays.copyOf(bytes, bytes.length + 1)));
        assertThat(JobSnapshotFormat.write(JobSnapshotFormat.read(bytes))).isEqualTo(bytes);
    }

    private static boolean fits(JobSnapshot snapshot, WatchedJob job, SimulatedLane lane) {
        return snapshot.fits(job.job().request(), job.job().recipe(), lane.lane);
    }

    private static JobSnapshot with(JobSnapshot snapshot, List<JobSnapshot.Image> images) {
        return new JobSnapshot(snapshot.bundle(), snapshot.calls(), images);
    }

    private static List<RequestDraft> mixedTraffic(Random random) {
        SimulatedClock clock = new SimulatedClock();
        RandomRequests requests = new RandomRequests(random, SimulatedLane.MODEL, SimulatedLane.MODEL);
        return Stream.generate(() -> requests.next(clock.now()))
                .filter(draft -> draft.deadline().isEmpty())
                .limit(7)
                .toList();
    }

    private static void requireSameBits(List<float[]> expected, List<float[]> found) {
        assertThat(found.toArray(float[][]::new)).isDeepEqualTo(expected.toArray(float[][]::new));
    }
}
