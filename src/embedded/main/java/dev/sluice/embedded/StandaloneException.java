package dev.sluice.embedded;

/** A server of this package could not start or stop, or refused what its owner asked of it. */
public final class StandaloneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StandaloneException(String message) {
        super(message);
    }

    StandaloneException(String message, Throwable cause) {
        super(message, cause);
    }
}
