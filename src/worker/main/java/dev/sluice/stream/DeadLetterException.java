package dev.sluice.stream;

/** A record that can be decoded but not answered. It goes to the dead letter topic and the partition goes on. */
public final class DeadLetterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What is wrong with the record; the name is in the dead letter's headers. */
    public enum Reason {
        NO_VALUE,
        /** A record of another contract. */
        NOT_A_REQUEST,
        /** The key is not the requestId, or no text. */
        WRONG_KEY,
        /** The id or the reason of a cancellation is longer than the limits allow. */
        OVER_LIMIT,
        /** There is no id that it could be answered under. */
        NO_ID,
        /** A request with this id and other content came before. */
        ID_TAKEN,
        /** Lies on another partition than its key's, and can't be written to that one. */
        UNROUTABLE
    }

    private final Reason reason;

    public DeadLetterException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
