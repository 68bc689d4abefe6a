package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.codec.Decoded;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.request.Evaluations;
import dev.sluice.request.FailureCode;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Outcome;
import dev.sluice.wire.ContentHash;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A task's jobs with checkpoints: one owner is gone in the middle, the next goes on. */
class CheckpointsTest {
    private static final Evaluations WHOLE =
            new Evaluations(Requests.STEPS, Requests.GUIDED, 0, Requests.STEPS - Requests.GUIDED);

    @TempDir
    private Path folder;

    private final InMemoryCheckpointStore store = new InMemoryCheckpointStore();
    private final List<Outcome> outcomes = new ArrayList<>();
    private final OutcomeInbox inbox = new OutcomeInbox(outcome -> {});
    private SimulatedWorker worker;
    private Checkpoints checkpoints;
    private ExecutorService writer;

    @BeforeEach
    void start() throws InterruptedException {
        inbox.open();
        worker = new SimulatedWorker(folder.resolve("unused"));
        writer = Executors.newSingleThreadExecutor();
        checkpoints = checkpoints(Duration.ofSeconds(20), writer);
    }

    @AfterEach
    void stop() {
        store.letThrough();
        worker.close();
        checkpoints.close();
    }

    @Test
    void goesOnFromTheCheckpointOfAnEarlierOwner() {
        leaveInTheMiddle();

        newOwner().resume(attempt(hash()));
        Outcome.Completed completed = completed();

        assertThat(completed.evaluations()).isEqualTo(WHOLE);
        assertThat(completed.spent().conditional()).isBetween(1L, Requests.STEPS - 2L);
        assertThat(completed.usage().rows())
                .isEqualTo(completed.spent().conditional() + completed.spent().unconditional());
    }

    @Test
    void beginsAnewWithoutTheStore() {
        leaveInTheMiddle();
        store.breakDown();

        newOwner().resume(attempt(hash()));

        assertThat(completed().spent()).isEqualTo(WHOLE);
    }

    @Test
    void beginsAnewWhenTheStoreTakesTooLong() {
        leaveInTheMiddle();
        store.hold();
        try (Checkpoints impatient = checkpoints(Duration.ofMillis(20), Executors.newSingleThreadExecutor())) {
            jobs(impatient).resume(attempt(hash()));

            assertThat(completed().spent()).isEqualTo(WHOLE);
        }
    }

    @Test
    void beginsAnewFromWhatIsNoSnapshot() {
        leaveInTheMiddle();
        store.overwriteAll(new byte[100]);

        newOwner().resume(attempt(hash()));

        assertThat(completed().spent()).isEqualTo(WHOLE);
    }

    @Test
    void beginsAnewForOtherContent() {
        leaveInTheMiddle();

        newOwner().resume(attempt("another content hash"));

        assertThat(completed().spent()).isEqualTo(WHOLE);
    }

    @Test
    void aCancellationWhileTheCheckpointIsFetchedWins() {
        leaveInTheMiddle();
        store.hold();
        TaskJobs jobs = newOwner();
        jobs.resume(attempt(hash()));

        jobs.cancel(request().id(), "changed my mind");
        store.letThrough();

        await(() -> !outcomes.isEmpty());
        assertThat(outcomes).singleElement().isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
            assertThat(failed.code()).isEqualTo(FailureCode.CANCELLED);
            assertThat(failed.message()).isEqualTo("changed my mind");
            assertThat(failed.usage().rows()).isZero();
        });
        assertThat(worker.engine.imagesInside()).isZero();
    }

    @Test
    void whatIsAbandonedWhileTheCheckpointIsFetchedNeverReachesTheEngine() {
        leaveInTheMiddle();
        store.hold();
        TaskJobs jobs = newOwner();
        jobs.resume(attempt(hash()));

        jobs.abandonAll();
        worker.device.hold();
        store.letThrough();

        assertThat(worker.engine.imagesInside()).isZero();
        inbox.takeOutcomes(outcomes::add);
        assertThat(outcomes).isEmpty();
    }

    @Test
    void cancelsWhatWentOnFromACheckpoint() {
        leaveInTheMiddle();
        worker.device.hold();
        TaskJobs jobs = newOwner();
        jobs.resume(attempt(hash()));
        await(() -> worker.engine.imagesInside() == 1);

        jobs.cancel(request().id(), "changed my mind");
        worker.device.letAllThrough();

        await(() -> !outcomes.isEmpty());
        assertThat(outcomes).singleElement().isInstanceOf(Outcome.Failed.class);
    }

    @Test
    void aRefusalByTheEngineIsAnOutcome() {
        GenerationRequested retired = Requests.plain("r-1").setModel("retired").build();

        newOwner().resume(attempt(valid(retired), hash()));

        await(() -> !outcomes.isEmpty());
        assertThat(outcomes)
                .singleElement()
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.code()).isEqualTo(FailureCode.MODEL_UNKNOWN));
    }

    @Test
    void removesTheCheckpointOfWhatIsSettled() {
        leaveInTheMiddle();
        TaskJobs jobs = newOwner();
        jobs.resume(attempt(hash()));
        completed();

        jobs.settled(request().id());

        await(() -> store.size() == 0);
    }

    @Test
    void newRequestsAskForNoCheckpoint() {
        newOwner().start(attempt(hash()));
        completed();

        assertThat(store.gets()).isZero();
        assertThat(store.puts()).isPositive();
    }

    @Test
    void writesOneCheckpointAtATime() {
        store.hold();
        newOwner().start(attempt(hash()));
        completed();

        assertThat(store.puts()).isEqualTo(1);
    }

    /** An owner takes the request up, writes a checkpoint after each of two steps, and is gone; nothing is on its way any more. */
    private void leaveInTheMiddle() {
        worker.device.hold();
        TaskJobs jobs = newOwner();
        jobs.start(attempt(hash()));
        for (int step = 1; step <= 2; step++) {
            int written = step;
            worker.device.letThrough(1);
            await(() -> store.stored() == written);
        }
        jobs.abandonAll();
        worker.device.letAllThrough();
        await(() -> worker.engine.imagesInside() == 0);
        awaitWriter();
        assertThat(outcomes).isEmpty();
    }

    /** A step that was under way when the owner left may have been worth a checkpoint too. */
    private void awaitWriter() {
        CompletableFuture.runAsync(() -> {}, writer).join();
    }

    private Outcome.Completed completed() {
        await(() -> !outcomes.isEmpty());
        assertThat(outcomes).singleElement().isInstanceOf(Outcome.Completed.class);
        return (Outcome.Completed) outcomes.getFirst();
    }

    private void await(BooleanSupplier condition) {
        SimulatedWorker.await(
                () -> {
                    inbox.takeOutcomes(outcomes::add);
                    return condition.getAsBoolean();
                },
                () -> outcomes + ", " + store.puts() + " checkpoints");
    }

    private TaskJobs newOwner() {
        return jobs(checkpoints);
    }

    private TaskJobs jobs(Checkpoints with) {
        WorkerParts parts = worker.parts;
        WorkerParts withCheckpoints = new WorkerParts(
                parts.engine(),
                parts.publisher(),
                parts.decoder(),
                parts.encoder(),
                parts.overhead(),
                parts.events(),
                parts.clock(),
                Optional.of(with));
        return new TaskJobs(withCheckpoints, Duration.ofMinutes(1), inbox, new InFlight());
    }

    private Checkpoints checkpoints(Duration fetchPatience, ExecutorService writes) {
        CheckpointSettings everyStep = new CheckpointSettings(Optional.empty(), OptionalInt.of(1));
        return new Checkpoints(store, everyStep, fetchPatience, "simulated", worker.time, writes);
    }

    private Attempt attempt(String contentHash) {
        return attempt(request(), contentHash);
    }

    private Attempt attempt(GenerationRequest request, String contentHash) {
        return new Attempt(request, contentHash, worker.time.now(), Optional.empty());
    }

    private GenerationRequest request() {
        return valid(Requests.plain("r-1").build());
    }

    private static String hash() {
        return ContentHash.of(Requests.plain("r-1").build());
    }

    private GenerationRequest valid(GenerationRequested event) {
        if (worker.parts.decoder().decode(event) instanceof Decoded.Valid(GenerationRequest request)) {
            return request;
        }
        throw new AssertionError("not valid: " + event);
    }
}
