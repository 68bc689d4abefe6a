package dev.sluice.storage;

import dev.sluice.request.StoredImage;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * Keeps images. Neither method blocks; stages complete on threads of the store's, so what follows on them should be short
 * or go elsewhere. Any thread may call.
 */
public interface ImageStore extends AutoCloseable {
    /**
     * Stores an image once; the first one wins. Where a whole image of the same address is there already, that one is
     * the answer, whether its bytes are the same or not.
     *
     * @param png not to be changed until the stage is complete
     * @param patience how long to try at most; the store may have less
     * @return the object, when it was seen to be stored whole; otherwise a {@link StorageConflictException} where
     *     something else is there, or a {@link StorageException}
     */
    CompletionStage<StoredImage> put(ImageAddress address, byte[] png, Duration patience);

    /** The bytes of an object, or a {@link StorageException}. */
    CompletionStage<byte[]> get(String bucket, String key);

    /** Lets go of connections and threads. Unfinished stages fail. */
    @Override
    void close();
}
