package dev.sluice.request;

/** The publisher's name for a request: its key on every topic, and what makes a second delivery the same request. */
public record RequestId(String value) {
    public RequestId {
        Fields.requireText("requestId", value);
    }

    /** The id as logs and messages show it. {@link #value} is the id itself. */
    @Override
    public String toString() {
        return Printable.line(value);
    }
}
