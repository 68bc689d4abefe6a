package dev.sluice.stream;

import dev.sluice.engine.checkpoint.JobSnapshot;
import dev.sluice.engine.checkpoint.JobSnapshotFormat;
import dev.sluice.engine.clock.EngineClock;
import dev.sluice.storage.CheckpointAddress;
import dev.sluice.storage.CheckpointStore;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One job's checkpoints. {@link #stepped} is called on the engine's thread, which copies and hands over; a thread of
 * {@link Checkpoints} makes bytes of the copy, and the store's own upload them. At most one is on its way at a time, so a
 * slow store makes checkpoints rare and nothing else slow. {@link #fetch} and {@link #settled} are the task's.
 */
final class JobCheckpoints {
    private static final Logger LOG = LoggerFactory.getLogger(JobCheckpoints.class);

    private final CheckpointAddress address;
    private final CheckpointStore store;
    private final CheckpointPace pace;
    private final Duration fetchPatience;
    private final EngineClock clock;
    private final Executor writer;

    /** The last one, stored or on its way; written by the engine's thread and, before it begins, by the fetching one. */
    private volatile CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

    /** Whether there may be an object; written as {@link #last} is. */
    private volatile boolean any;

    JobCheckpoints(
            CheckpointAddress address,
            CheckpointStore store,
            CheckpointPace pace,
            Duration fetchPatience,
            EngineClock clock,
            Executor writer) {
        this.address = address;
        this.store = store;
        this.pace = pace;
        this.fetchPatience = fetchPatience;
        this.clock = clock;
        this.writer = writer;
    }

    /** Takes a snapshot where one is due and the one before is stored. */
    void stepped(int stepsLeft, Supplier<JobSnapshot> snapshot) {
        long now = clock.nanos();
        if (pace.due(stepsLeft, now) && last.isDone()) {
            pace.taken(stepsLeft, now);
            any = true;
            last = write(snapshot.get());
        }
    }

    private CompletableFuture<Void> write(JobSnapshot snapshot) {
        try {
            return CompletableFuture.supplyAsync(() -> JobSnapshotFormat.write(snapshot), writer)
                    .thenCompose(bytes -> store.put(address, bytes))
                    .whenComplete((stored, failure) -> warn("store", failure));
        } catch (RejectedExecutionException e) {
            return CompletableFuture.completedFuture(null); // closing
        }
    }

    /**
     * The checkpoint that an earlier owner left. Never fails: where there is none in time, there is none.
     *
     * @return completes on any thread
     */
    CompletionStage<Optional<JobSnapshot>> fetch() {
        any = true;
        return store.get(address)
                .toCompletableFuture()
                .thenApply(bytes -> bytes.map(JobSnapshotFormat::read))
                .orTimeout(fetchPatience.toMillis(), TimeUnit.MILLISECONDS)
                .handle((found, failure) -> {
                    warn("fetch", failure);
                    return failure == null ? found : Optional.empty();
                });
    }

    /** The request has its outcome: removes what was stored, after what is on its way. */
    void settled() {
        if (any) {
            CompletionStage<Void> stage = last;
            stage.exceptionally(failure -> null)
                    .thenCompose(stored -> store.delete(address))
                    .whenComplete((deleted, failure) -> warn("delete", failure));
        }
    }

    private void warn(String call, @Nullable Throwable failure) {
        if (failure != null) {
            LOG.warn(
                    "checkpoint_failed call={} request={} cause=\"{}\"", call, address.request(), failure.getMessage());
        }
    }
}
