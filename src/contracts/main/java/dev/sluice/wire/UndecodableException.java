package dev.sluice.wire;

import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/** Bytes that no retry will make readable: a case for the dead letter topic. */
public sealed class UndecodableException extends SerializationException
        permits UnknownSchemaException, UnansweredSchemaException {
    private static final long serialVersionUID = 1L;

    /** What is wrong with the bytes; the name is the label in the metrics. */
    public enum Reason {
        TOO_SHORT,
        TOO_LONG,
        WRONG_MAGIC,
        /** The registry does not know the schema's id. */
        UNKNOWN_SCHEMA,
        /** The registry answers, but for this id with neither a schema nor a refusal. */
        UNANSWERED_SCHEMA,
        /** The registry knows the id, but not as an Avro schema that can be parsed by itself. */
        UNREADABLE_SCHEMA,
        /** A record of another type than the topic's. */
        WRONG_TYPE,
        /** The right type, but written so that the present schema can't read it. */
        INCOMPATIBLE_SCHEMA,
        /** The payload ends early or is not what its schema says. */
        MALFORMED,
        TRAILING_BYTES
    }

    private final Reason reason;

    public UndecodableException(Reason reason, String message) {
        this(reason, message, null);
    }

    public UndecodableException(Reason reason, String message, @Nullable Throwable cause) {
        super(reason + ": " + message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
