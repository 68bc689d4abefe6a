package dev.sluice.storage;

/** The store did not do what it was asked, after all retries. */
public sealed class StorageException extends RuntimeException permits StorageConflictException {
    private static final long serialVersionUID = 1L;

    private final boolean retriable;

    /**
     * A call that is given up.
     *
     * @param retriable whether it may succeed later, as it may where the store is down but not where it refuses
     */
    public StorageException(String message, Throwable cause, boolean retriable) {
        super(message, cause);
        this.retriable = retriable;
    }

    StorageException(String message) {
        super(message);
        this.retriable = false;
    }

    public boolean retriable() {
        return retriable;
    }
}
