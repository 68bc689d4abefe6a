package dev.sluice.storage;

/** The object could not be seen to be a whole image. At the next look it may be. */
final class UnverifiedObjectException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnverifiedObjectException(String message) {
        super(message);
    }
}
