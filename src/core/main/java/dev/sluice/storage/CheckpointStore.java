package dev.sluice.storage;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Keeps the latest checkpoint of a request under way. Losing one costs device time and nothing else, so nothing here is
 * tried for long. No method blocks; stages complete on threads of the store's. Any thread may call.
 */
public interface CheckpointStore extends AutoCloseable {
    /**
     * Replaces the request's checkpoint.
     *
     * @param snapshot not to be changed until the stage is complete
     * @return complete when it is stored; otherwise a {@link StorageException}
     */
    CompletionStage<Void> put(CheckpointAddress address, byte[] snapshot);

    /**
     * The request's checkpoint, if there is a usable one: whole, for this content and platform, and not too old.
     *
     * @return a {@link StorageException} where the store gives no answer
     */
    CompletionStage<Optional<byte[]>> get(CheckpointAddress address);

    /** Removes the request's checkpoint, or a {@link StorageException}. */
    CompletionStage<Void> delete(CheckpointAddress address);

    /** Lets go of connections and threads. Unfinished stages fail. */
    @Override
    void close();
}
