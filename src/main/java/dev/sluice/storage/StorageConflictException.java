package dev.sluice.storage;

/** Other bytes lie under the key already. They were left alone. */
public final class StorageConflictException extends StorageException {
    private static final long serialVersionUID = 1L;

    private final String key;

    StorageConflictException(String bucket, String key) {
        super("other bytes are stored under " + bucket + "/" + key);
        this.key = key;
    }

    public String key() {
        return key;
    }
}
