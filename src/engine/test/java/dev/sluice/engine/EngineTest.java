package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.Waits;
import dev.sluice.engine.clock.SimulatedClock;
import dev.sluice.engine.metering.Batches;
import dev.sluice.engine.scheduling.BatchSizes;
import dev.sluice.model.Bundle;
import dev.sluice.model.ModelException;
import dev.sluice.model.Residence;
import dev.sluice.model.RowBuffers;
import dev.sluice.model.Tokenizer;
import dev.sluice.request.BatchSize;
import dev.sluice.request.FailureCode;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Network;
import dev.sluice.request.Prompt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EngineTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String MODEL = "shapes";
    private static final int MAX_IMAGES = 4;
    private static final int WARM_UP_CALLS = 2;

    private final SimulatedClock clock = new SimulatedClock();
    private final EngineSettings settings = EngineSettings.constant(3, 2).withMaxImages(MAX_IMAGES);
    private final SimulatedDevice device = new SimulatedDevice(clock);
    private final CallGate gate = new CallGate();
    private final Engine engine = engine(() -> {});

    @AfterEach
    void close() {
        gate.open();
        engine.close();
    }

    @Test
    void servesSubmissionsFromManyThreads() throws Exception {
        gate.open();
        engine.start();
        List<Future<List<Listening>>> submitted = new ArrayList<>();
        try (ExecutorService owners = Executors.newFixedThreadPool(4)) {
            for (int owner = 0; owner < 4; owner++) {
                int number = owner;
                submitted.add(owners.submit(() -> submitTen(number)));
            }
        }

        for (Future<List<Listening>> owner : submitted) {
            for (Listening job : owner.get()) {
                assertThat(job.end()).isInstanceOf(JobEnd.Sampled.class);
            }
        }
        assertThat(engine.imagesInside()).isZero();
        assertThat(engine.meter().deviceNanos()).isEqualTo(device.nanosSpent());
    }

    @Test
    void roomClosesAtTheLimitAndOpensWhenJobsEnd() throws Exception {
        engine.start();
        Listening first = submit(SimulatedBundleQueue.draft().withImages(3));
        assertThat(engine.hasRoom()).isTrue();
        Listening second = submit(SimulatedBundleQueue.draft());
        assertThat(engine.hasRoom()).isFalse();

        gate.open();
        first.end();
        second.end();

        assertThat(engine.hasRoom()).isTrue();
        assertThat(engine.imagesInside()).isZero();
    }

    @Test
    void takesWhatItsOwnerHasToSubmitEvenWithoutRoom() throws Exception {
        engine.start();
        submit(SimulatedBundleQueue.draft().withImages(MAX_IMAGES));

        Listening resubmitted = submit(SimulatedBundleQueue.draft());
        gate.open();

        assertThat(resubmitted.end()).isInstanceOf(JobEnd.Sampled.class);
    }

    @Test
    void makesRoomBeforeTheOwnerHears() throws Exception {
        engine.start();
        CompletableFuture<Boolean> roomAtEnd = new CompletableFuture<>();
        GenerationRequest request =
                SimulatedBundleQueue.draft().withImages(MAX_IMAGES).request("r");
        engine.submit(request, new Listening() {
            @Override
            public void ended(JobEnd end) {
                roomAtEnd.complete(engine.hasRoom());
            }
        });
        gate.open();

        assertThat(roomAtEnd.get(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void cancelledJobEndsAsCancelled() throws Exception {
        engine.start();
        Listening job = submit(SimulatedBundleQueue.draft().withImages(MAX_IMAGES));

        job.handle().stop(FailureCode.CANCELLED, "no longer wanted");
        gate.open();

        assertThat(job.end()).isInstanceOfSatisfying(JobEnd.Stopped.class, stopped -> {
            assertThat(stopped.code()).isEqualTo(FailureCode.CANCELLED);
            assertThat(stopped.message()).isEqualTo("no longer wanted");
        });
    }

    @Test
    void abandonedJobMakesRoomOnceAndIsNeverHeardOf() throws Exception {
        engine.start();
        Listening job = submit(SimulatedBundleQueue.draft().withImages(MAX_IMAGES));

        job.handle().abandon();
        job.handle().abandon();
        job.handle().stop(FailureCode.CANCELLED, "too late");
        gate.open();
        Listening next = submit(SimulatedBundleQueue.draft());
        next.end();

        assertThat(engine.imagesInside()).isZero();
        assertThat(job.hasEnded()).isFalse();
    }

    @Test
    void closingEndsTheThreadAfterTheCallUnderWay() throws Exception {
        engine.start();
        Listening job = submit(SimulatedBundleQueue.draft().withImages(MAX_IMAGES));
        Waits.atMost(PATIENCE).until(gate::holdsACall);
        Thread closer = Thread.ofPlatform().start(engine::close);
        Waits.atMost(PATIENCE).until(() -> closer.getState() == Thread.State.WAITING);

        gate.open();
        closer.join();

        assertThat(engine.healthy()).isFalse();
        assertThat(device.batches()).isEqualTo(WARM_UP_CALLS + 1);
        assertThat(job.hasEnded()).isFalse();
    }

    @Test
    void rejectsAModelThatItDoesNotServeAndNamesThoseItDoes() {
        Admission admission = engine.submit(
                SimulatedBundleQueue.draft().withModel("unheard-of").request("r"), new Listening());

        assertThat(admission).isInstanceOfSatisfying(Admission.Rejected.class, rejected -> {
            assertThat(rejected.refusal().code()).isEqualTo(FailureCode.MODEL_UNKNOWN);
            assertThat(rejected.refusal().field()).isEqualTo("model");
            assertThat(rejected.refusal().message()).contains("unheard-of", MODEL);
        });
    }

    @Test
    void rejectsWhatTheBundleCannotServeAndTakesUpNoRoom() {
        Admission admission = engine.submit(
                SimulatedBundleQueue.draft()
                        .withPrompt(new Prompt.Label("hexagon"))
                        .request("r"),
                new Listening());

        assertThat(admission)
                .isInstanceOfSatisfying(
                        Admission.Rejected.class,
                        rejected -> assertThat(rejected.refusal().field()).isEqualTo("prompt.label"));
        assertThat(engine.imagesInside()).isZero();
    }

    @Test
    void doesNotStartWhereTheThreadCannotBeReadied() {
        try (Engine unready = engine(() -> {
            throw new IllegalStateException("no such device");
        })) {
            assertThatThrownBy(unready::start).hasRootCauseMessage("no such device");
            assertThat(unready.healthy()).isFalse();
        }
    }

    @Test
    void doesNotStartWhereTheFirstCallFails() {
        device.failNextCall();

        assertThatThrownBy(engine::start).hasCauseInstanceOf(ModelException.class);
        assertThat(engine.healthy()).isFalse();
    }

    @Test
    void takesNothingOnAndSaysSoOnceItHasMetABug() throws Exception {
        gate.open();
        IllegalStateException bug = new IllegalStateException("a bug");
        BatchObserver failing = batch -> {
            throw bug;
        };
        device.watch(gate);
        try (Engine broken = new Engine(
                List.of(device.bundle(MODEL, true)),
                settings,
                EngineEnvironment.of(clock).withBatches(failing))) {
            broken.start();
            assertThat(broken.hasRoom()).isTrue();

            broken.submit(SimulatedBundleQueue.draft().request("r"), new Listening());

            assertThat(broken.fault().toCompletableFuture().get(30, TimeUnit.SECONDS))
                    .isSameAs(bug);
            assertThat(broken.hasRoom()).isFalse();
            assertThat(broken.healthy()).isFalse();
        }
    }

    @Test
    void refusesARequestThatItFailsToPlan() {
        Bundle sound = device.bundle(MODEL, SimulatedDevice.Kind.LATENT);
        Map<Network, Tokenizer> failing = Map.of(Network.TEXT_ENCODER, text -> {
            throw new IllegalStateException("17 tokens, not 16");
        });
        Bundle bundle = Bundle.counting(
                sound.manifest(),
                sound.identity(),
                Map.of(Network.DENOISER, sound.network(Network.DENOISER)),
                failing,
                Optional.empty(),
                Residence.ALWAYS);
        GenerationRequest request = SimulatedBundleQueue.draft()
                .withPrompt(new Prompt.Text("a square", ""))
                .request("r");

        try (Engine planless = new Engine(List.of(bundle), settings, EngineEnvironment.of(clock))) {
            assertThat(planless.submit(request, new Listening()))
                    .isInstanceOfSatisfying(Admission.Rejected.class, rejected -> {
                        assertThat(rejected.refusal().code()).isEqualTo(FailureCode.ENGINE_FAULT);
                        assertThat(rejected.refusal().message()).contains("17 tokens");
                    });
            assertThat(planless.imagesInside()).isZero();
        }
    }

    @Test
    void ownerThatThrowsDoesNotStopTheEngine() throws Exception {
        gate.open();
        engine.start();
        engine.submit(SimulatedBundleQueue.draft().request("r"), new Listening() {
            @Override
            public void ended(JobEnd end) {
                throw new IllegalStateException("the owner has a bug");
            }
        });

        assertThat(submit(SimulatedBundleQueue.draft()).end()).isInstanceOf(JobEnd.Sampled.class);
        assertThat(engine.healthy()).isTrue();
    }

    @Test
    void takesNothingOnAndIsUnhealthyOnceEveryBundleKeepsFailing() throws Exception {
        gate.open();
        engine.start();
        device.watch((bundle, network, rows) -> device.failNextCall());
        for (int failure = 0; failure < 3; failure++) {
            assertThat(submit(SimulatedBundleQueue.draft()).end()).isInstanceOf(JobEnd.Stopped.class);
        }

        assertThat(engine.hasRoom()).isFalse();
        assertThat(engine.healthy()).isFalse();
        assertThat(engine.submit(SimulatedBundleQueue.draft().request("r"), new Listening()))
                .isInstanceOfSatisfying(
                        Admission.Rejected.class,
                        rejected -> assertThat(rejected.refusal().code()).isEqualTo(FailureCode.ENGINE_FAULT));

        device.watch(gate);
        clock.advance(Duration.ofMinutes(1));
        assertThat(engine.hasRoom()).isTrue();
        assertThat(submit(SimulatedBundleQueue.draft()).end()).isInstanceOf(JobEnd.Sampled.class);
        assertThat(engine.healthy()).isTrue();
    }

    @Test
    void isSilentForAsLongAsACallTakes() throws Exception {
        engine.start();
        Listening job = submit(SimulatedBundleQueue.draft());
        Waits.atMost(PATIENCE).until(gate::holdsACall);

        clock.advance(Duration.ofMinutes(10));
        assertThat(engine.silence()).isGreaterThanOrEqualTo(Duration.ofMinutes(10));

        gate.open();
        job.end();
        Waits.atMost(PATIENCE).until(() -> engine.silence().isZero());
    }

    @Test
    void isNotSilentWithoutWork() throws Exception {
        gate.open();
        engine.start();
        submit(SimulatedBundleQueue.draft()).end();
        Waits.atMost(PATIENCE).until(() -> engine.silence().isZero());

        clock.advance(Duration.ofMinutes(10));

        assertThat(engine.silence()).isZero();
    }

    @Test
    void countsRowsAndPadding() throws Exception {
        gate.open();
        engine.start();
        submit(SimulatedBundleQueue.draft().withImages(4)).end();

        Batches batches = engine.batches();
        assertThat(batches.rows()).isEqualTo(4 * 6);
        assertThat(batches.busyPaddingRows()).isZero();
        assertThat(batches.rows() + batches.paddingRows()).isEqualTo(3 * batches.batches());
        assertThat(engine.batchShapes())
                .containsExactly(Map.entry(MODEL, SimulatedBundleQueue.shape(BatchSize.CONSTANT, 3, 2)));
    }

    @Test
    void everyBundleHasCallsOfItsOwnSize() {
        EngineSettings sizes = new EngineSettings(
                BatchSize.CONSTANT,
                new BatchSizes(3, 2),
                Map.of("large", new BatchSizes(32, 8)),
                4,
                MAX_IMAGES,
                Duration.ofSeconds(1),
                EngineSettings.UNLIMITED,
                Duration.ofSeconds(1));
        List<Bundle> bundles = List.of(device.bundle("large", true), device.bundle(MODEL, true));

        try (Engine sized = new Engine(bundles, sizes, EngineEnvironment.of(clock))) {
            assertThat(sized.batchShapes())
                    .containsEntry("large", SimulatedBundleQueue.shape(BatchSize.CONSTANT, 32, 8))
                    .containsEntry(MODEL, SimulatedBundleQueue.shape(BatchSize.CONSTANT, 3, 2));
        }
    }

    @Test
    void warmingUpIsOverhead() throws Exception {
        engine.start();

        assertThat(device.batches()).isEqualTo(WARM_UP_CALLS);
        assertThat(engine.meter().overheadNanos()).isEqualTo(device.nanosSpent());
        assertThat(engine.meter().chargedNanos()).isZero();
    }

    private Engine engine(Runnable prepareThread) {
        device.watch(gate);
        return new Engine(
                List.of(device.bundle(MODEL, true)),
                settings,
                EngineEnvironment.of(clock).withPreparedThread(prepareThread));
    }

    private List<Listening> submitTen(int owner) {
        List<Listening> jobs = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            jobs.add(submit(
                    SimulatedBundleQueue.draft().withSeed(100L * owner + i).withImages(1 + i % 3)));
        }
        return jobs;
    }

    private Listening submit(RequestDraft draft) {
        Listening listener = new Listening();
        assertThat(engine.submit(draft.request("r"), listener))
                .isInstanceOfSatisfying(Admission.Accepted.class, accepted -> listener.handle.complete(accepted.job()));
        return listener;
    }

    /** Lets the warm-up calls pass and holds the others until it is opened. */
    private static final class CallGate implements SimulatedDevice.CallWatcher {
        private static final int EVERY_CALL = 1_000_000;

        private final Semaphore passes = new Semaphore(WARM_UP_CALLS);

        @Override
        public void called(String bundle, Network network, RowBuffers rows) {
            passes.acquireUninterruptibly();
        }

        void open() {
            passes.release(EVERY_CALL);
        }

        boolean holdsACall() {
            return passes.hasQueuedThreads();
        }
    }

    /** An owner that waits for the end of its job. */
    private static class Listening implements JobListener {
        private final CompletableFuture<JobHandle> handle = new CompletableFuture<>();
        private final CompletableFuture<JobEnd> end = new CompletableFuture<>();

        JobHandle handle() {
            return handle.join();
        }

        JobEnd end() {
            return end.join();
        }

        boolean hasEnded() {
            return end.isDone();
        }

        @Override
        public void progressed(int step) {}

        @Override
        public void ended(JobEnd newEnd) {
            end.complete(newEnd);
        }
    }
}
