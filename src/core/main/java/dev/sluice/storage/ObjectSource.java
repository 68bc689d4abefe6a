package dev.sluice.storage;

import java.nio.file.Path;

/** Where objects are read by what events say of them. */
public interface ObjectSource extends AutoCloseable {
    /**
     * Writes an object's bytes into a new file; leaves none where it fails. Blocks.
     *
     * @throws StorageException saying what the store said
     */
    void download(String bucket, String key, Path file);

    @Override
    void close();
}
