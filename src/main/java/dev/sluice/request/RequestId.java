package dev.sluice.request;

/** The publisher's name for a request: its key on every topic, and what makes a second delivery the same request. */
public record RequestId(String value) {
    /** Longest id in UTF-16 code units. */
    public static final int MAX_LENGTH = 200;

    public RequestId {
        Fields.requireText("requestId", value, MAX_LENGTH);
    }

    @Override
    public String toString() {
        return value;
    }
}
