package dev.sluice.stream;

/** A record that can be decoded but not answered. It goes to the dead letter topic and the partition goes on. */
public final class DeadLetterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DeadLetterException(String message) {
        super(message);
    }
}
