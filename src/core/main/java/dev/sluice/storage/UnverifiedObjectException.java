package dev.sluice.storage;

/** What the store holds could not be seen to be an image that is whole; it may be at the next look. */
final class UnverifiedObjectException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnverifiedObjectException(String message) {
        super(message);
    }
}
