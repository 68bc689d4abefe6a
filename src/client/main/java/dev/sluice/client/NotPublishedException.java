package dev.sluice.client;

/** The brokers did not take a record; the message says which topic's, and why. */
public final class NotPublishedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    NotPublishedException(String message, Throwable cause) {
        super(message, cause);
    }
}
