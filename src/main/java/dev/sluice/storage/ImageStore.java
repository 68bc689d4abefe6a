package dev.sluice.storage;

import dev.sluice.request.StoredImage;
import java.util.concurrent.CompletionStage;

/**
 * Keeps images. Neither method blocks; stages complete on threads of the store's, so what follows on them should be short
 * or go elsewhere. Any thread may call.
 */
public interface ImageStore extends AutoCloseable {
    /**
     * Stores an image once. The same bytes under the same address again give the same object.
     *
     * @param png not to be changed until the stage is complete
     * @return the object, when it is safely stored; otherwise a {@link StorageConflictException} where other bytes lie there,
     *     or a {@link StorageException}
     */
    CompletionStage<StoredImage> put(ImageAddress address, byte[] png);

    /** The bytes of an object, or a {@link StorageException}. */
    CompletionStage<byte[]> get(String bucket, String key);

    /** Lets go of connections and threads. Unfinished stages fail. */
    @Override
    void close();
}
