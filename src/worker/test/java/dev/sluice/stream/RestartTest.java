package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.GenerationCancelled;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.events.v1.GenerationFailureCode;
import dev.sluice.state.v1.PendingRequest;
import dev.sluice.state.v1.SettledRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.TimestampedWindowStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One task's stores outlive its processor, as they do when a task moves or its worker dies. */
class RestartTest {
    @TempDir
    private Path folder;

    private SimulatedWorker worker;
    private MockProcessorContext<String, SpecificRecord> context;

    @BeforeEach
    void start() throws InterruptedException {
        worker = new SimulatedWorker(folder.resolve("unused"));
        context = new MockProcessorContext<>(worker.properties(), new TaskId(0, 0), folder.toFile());
        KeyValueStore<String, PendingRequest> pending = Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore(RequestStore.PENDING),
                        Serdes.String(),
                        StateSerdes.pendingRequests())
                .withLoggingDisabled()
                .build();
        pending.init(context.getStateStoreContext(), pending);
        TimestampedWindowStore<String, SettledRequest> settled = Stores.timestampedWindowStoreBuilder(
                        Stores.inMemoryWindowStore(
                                RequestStore.SETTLED, Duration.ofHours(1), SimulatedWorker.SETTLE_INTERVAL, false),
                        Serdes.String(),
                        StateSerdes.settledRequests())
                .withLoggingDisabled()
                .build();
        settled.init(context.getStateStoreContext(), settled);
    }

    @AfterEach
    void stop() {
        worker.close();
    }

    @Test
    void resubmitsPendingWorkAfterRestart() {
        worker.device.hold();
        SettlingProcessor before = newProcessor();
        before.process(request("r-1"));
        before.process(request("r-2"));
        before.close();
        worker.device.letAllThrough();
        awaitEmptyEngine();
        assertThat(context.forwarded()).isEmpty();

        newProcessor();
        settleUntil(() -> outcomes() == 2);

        ExactlyOneOutcome.judge(List.of("r-1", "r-2"), completions(), failures());
        assertThat(pending()).isZero();
    }

    @Test
    void keepsTheTimeOfAcceptanceOverARestart() {
        worker.device.hold();
        SettlingProcessor before = newProcessor();
        before.process(request("r-1"));
        Instant acceptedAt = worker.time.now();
        before.close();
        worker.time.advanceCalendar(Duration.ofMinutes(1));
        worker.device.letAllThrough();

        newProcessor();
        settleUntil(() -> outcomes() == 1);

        assertThat(completions().getFirst().getTimings().getAcceptedAt()).isEqualTo(acceptedAt);
    }

    @Test
    void remembersAcrossARestartWhatIsSettled() {
        newProcessor().process(request("r-1"));
        settleUntil(() -> outcomes() == 1);

        SettlingProcessor after = newProcessor();
        after.process(request("r-1"));
        awaitEmptyEngine();
        punctuate();

        assertThat(outcomes()).isEqualTo(1);
    }

    @Test
    void failsPendingWorkThatItsNewOwnerCannotServe() {
        worker.device.hold();
        SettlingProcessor before = newProcessor();
        before.process(request("r-1"));
        before.close();

        KeyValueStore<String, PendingRequest> pending = context.getStateStore(RequestStore.PENDING);
        PendingRequest entry = pending.get("r-1");
        pending.put(
                "r-1",
                PendingRequest.newBuilder(entry)
                        .setRequest(Requests.plain("r-1").setModel("retired").build())
                        .build());
        newProcessor();
        settleUntil(() -> outcomes() == 1);

        assertThat(failures().getFirst().getCode()).isEqualTo(GenerationFailureCode.MODEL_UNKNOWN);
        assertThat(pending()).isZero();
    }

    @Test
    void cancelsWorkThatAnEarlierOwnerAccepted() {
        worker.device.hold();
        SettlingProcessor before = newProcessor();
        before.process(request("r-1"));
        before.close();

        SettlingProcessor after = newProcessor();
        after.process(new Record<>("r-1", new GenerationCancelled("r-1", "changed my mind"), 0));
        worker.device.letAllThrough();
        settleUntil(() -> outcomes() == 1);

        assertThat(failures().getFirst().getCode()).isEqualTo(GenerationFailureCode.CANCELLED);
    }

    @Test
    void remembersACancellationThatHadNotTakenEffect() {
        worker.device.hold();
        SettlingProcessor before = newProcessor();
        before.process(request("r-1"));
        before.process(new Record<>("r-1", new GenerationCancelled("r-1", "changed my mind"), 0));
        before.close();

        newProcessor();
        worker.device.letAllThrough();
        settleUntil(() -> outcomes() == 1);

        assertThat(failures().getFirst().getCode()).isEqualTo(GenerationFailureCode.CANCELLED);
        assertThat(failures().getFirst().getMessage()).isEqualTo("changed my mind");
        assertThat(pending()).isZero();
    }

    @Test
    void answersOnceWhenATaskIsClosedWhileItsImagesAreBeingStored() {
        worker.images.hold();
        SettlingProcessor task = newProcessor();
        task.process(request("r-1"));
        awaitEmptyEngine();
        // Streams suspends a task and opens the same processor again.
        task.close();
        task.init(context);
        worker.images.letThrough();
        awaitEmptyEngine();
        settleUntil(() -> outcomes() > 0);
        for (int i = 0; i < 20; i++) {
            punctuate();
        }

        ExactlyOneOutcome.judge(List.of("r-1"), completions(), failures());
        assertThat(pending()).isZero();
    }

    @Test
    void beginsAnAttemptOnlyOnceItsCountIsCommitted() {
        leaveUnfinished("r-1", 1);
        newProcessor();
        punctuateWithoutCommit();
        punctuateWithoutCommit();
        assertThat(attempts("r-1")).isEqualTo(2);
        assertThat(worker.engine.imagesInside()).isZero();

        commit();
        settleUntil(() -> outcomes() == 1);

        assertThat(completions()).hasSize(1);
    }

    @Test
    void givesUpWhatWorkerAfterWorkerHasDiedOver() {
        leaveUnfinished("r-1", SimulatedWorker.ATTEMPTS);
        newProcessor();
        settleUntil(() -> outcomes() == 1);

        assertThat(failures().getFirst().getCode()).isEqualTo(GenerationFailureCode.CRASHES_WORKER);
        assertThat(pending()).isZero();
        assertThat(worker.engine.imagesInside()).isZero();
    }

    @Test
    void beginsSuspectsOneByOneBehindAShutGate() {
        leaveUnfinished("r-1", SimulatedWorker.ATTEMPTS - 1);
        leaveUnfinished("r-2", SimulatedWorker.ATTEMPTS - 2);
        leaveUnfinished("r-3", 1);
        worker.device.hold();
        newProcessor();
        for (int i = 0; i < 5; i++) {
            punctuate();
        }
        // The one in company goes first, and the suspects wait for an empty worker.
        assertThat(attempts("r-3")).isEqualTo(2);
        assertThat(worker.engine.imagesInside()).isOne();
        assertThat(worker.state.quarantine().wanted()).isTrue();

        worker.device.letAllThrough();
        settleUntil(() -> outcomes() == 1);
        worker.device.hold();
        for (int i = 0; i < 5; i++) {
            punctuate();
        }
        assertThat(attempts("r-2")).as("the one begun fewer times").isEqualTo(SimulatedWorker.ATTEMPTS - 1);
        assertThat(attempts("r-1")).isEqualTo(SimulatedWorker.ATTEMPTS - 1);
        assertThat(worker.engine.imagesInside()).isOne();

        worker.device.letAllThrough();
        settleUntil(() -> outcomes() == 3);
        assertThat(completions()).hasSize(3);
        assertThat(worker.state.quarantine().wanted()).isFalse();
    }

    @Test
    void opensTheGateWhenTheTaskGoesAwayWithItsSuspects() {
        leaveUnfinished("r-1", SimulatedWorker.ATTEMPTS - 1);
        worker.device.hold();
        SettlingProcessor task = newProcessor();
        punctuate();
        punctuate();
        assertThat(worker.state.quarantine().wanted()).isTrue();

        task.close();

        assertThat(worker.state.quarantine().wanted()).isFalse();
    }

    @Test
    void countsNoAttemptThatEndsWithAnOrderlyStop() {
        worker.device.hold();
        SettlingProcessor task = newProcessor();
        task.process(request("r-1"));
        assertThat(attempts("r-1")).isOne();

        worker.state.stopping().reach(Stopping.Stage.HANDING_OVER);
        punctuate();

        assertThat(attempts("r-1")).isZero();
        assertThat(worker.state.inFlight().any()).isFalse();
        worker.device.letAllThrough();
        awaitEmptyEngine();
        punctuate();
        assertThat(outcomes()).isZero();
    }

    /** What a worker left that died after so many attempts. */
    private void leaveUnfinished(String id, int attempts) {
        KeyValueStore<String, PendingRequest> pending = context.getStateStore(RequestStore.PENDING);
        pending.put(
                id,
                PendingRequest.newBuilder()
                        .setRequest(Requests.plain(id).build())
                        .setAcceptedAt(worker.time.now())
                        .setContentHash("any")
                        .setAttempts(attempts)
                        .build());
    }

    private int attempts(String id) {
        KeyValueStore<String, PendingRequest> pending = context.getStateStore(RequestStore.PENDING);
        return pending.get(id).getAttempts();
    }

    @Test
    void writesOffAnOutcomeThatComesToAClosedTask() {
        worker.images.hold();
        SettlingProcessor task = newProcessor();
        task.process(request("r-1"));
        awaitEmptyEngine();
        long warmUp = SimulatedDevice.NANOS_PER_CALL;
        assertThat(worker.engine.meter().overheadNanos()).isEqualTo(warmUp);
        task.close();
        worker.images.letThrough();

        SimulatedWorker.await(
                () -> worker.engine.meter().chargedNanos() == 0, () -> "the outcome is still charged to the request");
    }

    @Test
    void writesOffAnOutcomeThatAClosedTaskHadNotRead() {
        SettlingProcessor task = newProcessor();
        task.process(request("r-1"));
        awaitEmptyEngine();
        task.close();

        SimulatedWorker.await(
                () -> worker.engine.meter().chargedNanos() == 0, () -> "the outcome is still charged to the request");
        assertThat(context.forwarded()).isEmpty();
    }

    /** Stores aren't rolled back here, so a request whose transaction is aborted is overhead and is not sampled again. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void committedChargesAddUpToTheDeviceTimeWhateverIsAborted(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        TransactionListener transactions = worker.state.transactions();
        SettlingProcessor task = newProcessor();
        long committed = 0;
        for (int i = 0; i < 40; i++) {
            task.process(request("r-" + i));
            if (random.nextInt(4) == 0) {
                task.close();
                task.init(context);
            }
            if (random.nextInt(3) == 0) {
                awaitEmptyEngine();
            }
            worker.time.advanceCalendar(SimulatedWorker.OVERHEAD_INTERVAL.dividedBy(4));
            punctuateWithoutCommit();
            long open = forwardedNanos();
            context.resetForwards();
            if (random.nextInt(3) == 0) {
                transactions.aborted();
            } else {
                transactions.committing();
                transactions.committed();
                committed += open;
            }
            assertThat(committed).isLessThanOrEqualTo(worker.engine.meter().deviceNanos());
        }
        worker.parts.overhead().flush();
        settleUntil(() -> worker.engine.imagesInside() == 0 && pending() == 0);
        // A job that was given up may have been written off after the last punctuation but one.
        long before = committed;
        settleUntil(() -> before + forwardedNanos() == worker.engine.meter().deviceNanos());
    }

    private long forwardedNanos() {
        return forwarded(EventSinks.COSTS, CostIncurred.class).stream()
                .mapToLong(CostIncurred::getDeviceNanos)
                .sum();
    }

    private SettlingProcessor newProcessor() {
        SettlingProcessor processor = new SettlingProcessor(worker.parts, worker.settings, worker.state, new OneHome());
        processor.init(context);
        return processor;
    }

    private static Record<String, SpecificRecord> request(String id) {
        return new Record<>(id, Requests.plain(id).build(), 0);
    }

    private void awaitEmptyEngine() {
        SimulatedWorker.await(() -> worker.engine.imagesInside() == 0, () -> "images are still in the engine");
    }

    private void settleUntil(BooleanSupplier condition) {
        SimulatedWorker.await(
                () -> {
                    punctuate();
                    return condition.getAsBoolean();
                },
                () -> "forwarded so far: " + context.forwarded());
    }

    /** The latest processor's punctuation: a closed task is not punctuated any more. */
    private void punctuate() {
        punctuateWithoutCommit();
        commit();
    }

    private void commit() {
        worker.state.transactions().committing();
        worker.state.transactions().committed();
    }

    private void punctuateWithoutCommit() {
        context.scheduledPunctuators().getLast().getPunctuator().punctuate(0);
    }

    private int outcomes() {
        return completions().size() + failures().size();
    }

    private List<GenerationCompleted> completions() {
        return forwarded(EventSinks.COMPLETIONS, GenerationCompleted.class);
    }

    private List<GenerationFailed> failures() {
        return forwarded(EventSinks.FAILURES, GenerationFailed.class);
    }

    private <T> List<T> forwarded(String sink, Class<T> type) {
        return context.forwarded(sink).stream()
                .map(forward -> type.cast(forward.record().value()))
                .toList();
    }

    private long pending() {
        KeyValueStore<String, PendingRequest> pending = context.getStateStore(RequestStore.PENDING);
        return pending.approximateNumEntries();
    }
}
