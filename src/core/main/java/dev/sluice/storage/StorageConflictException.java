package dev.sluice.storage;

/** An object lies under the key that is not a whole image of this address. It was left alone. */
public final class StorageConflictException extends StorageException {
    private static final long serialVersionUID = 1L;

    private final String key;

    StorageConflictException(String bucket, String key) {
        super("something that is no image of this request is stored under " + bucket + "/" + key);
        this.key = key;
    }

    public String key() {
        return key;
    }
}
