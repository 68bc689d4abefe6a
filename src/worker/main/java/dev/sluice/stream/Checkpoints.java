package dev.sluice.stream;

import dev.sluice.engine.clock.EngineClock;
import dev.sluice.request.GenerationRequest;
import dev.sluice.storage.CheckpointAddress;
import dev.sluice.storage.CheckpointStore;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Lets a request that a worker died over go on where it was: its jobs' snapshots go to a store from time to time, and who
 * resumes the request asks for the last one. What goes wrong here costs device time, never an outcome.
 */
public final class Checkpoints implements AutoCloseable {
    private final CheckpointStore store;
    private final CheckpointSettings settings;
    private final Duration fetchPatience;
    private final String platform;
    private final EngineClock clock;
    private final ExecutorService writer;

    /**
     * Checkpoints of one worker's jobs.
     *
     * @param store closed with this
     * @param fetchPatience how long a resumed request waits for its checkpoint before it begins anew
     * @param platform the device's kind and the library's version: a snapshot of another platform is not used
     */
    public Checkpoints(
            CheckpointStore store,
            CheckpointSettings settings,
            Duration fetchPatience,
            String platform,
            EngineClock clock) {
        this(
                store,
                settings,
                fetchPatience,
                platform,
                clock,
                Executors.newSingleThreadExecutor(Thread.ofPlatform()
                        .name("sluice-checkpoint")
                        .daemon(true)
                        .factory()));
    }

    /** Makes bytes of snapshots on {@code writer}, which is shut down with this. */
    Checkpoints(
            CheckpointStore store,
            CheckpointSettings settings,
            Duration fetchPatience,
            String platform,
            EngineClock clock,
            ExecutorService writer) {
        this.store = store;
        this.settings = settings;
        this.fetchPatience = fetchPatience;
        this.platform = platform;
        this.clock = clock;
        this.writer = writer;
    }

    /**
     * The checkpoints of one job.
     *
     * @param contentHash of the request as it was published
     */
    JobCheckpoints of(GenerationRequest request, String contentHash) {
        CheckpointAddress address = new CheckpointAddress(request.tenant(), request.id(), contentHash, platform);
        return new JobCheckpoints(address, store, new CheckpointPace(settings), fetchPatience, clock, writer);
    }

    @Override
    public void close() {
        writer.shutdownNow();
        store.close();
    }
}
