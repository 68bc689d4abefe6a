package dev.sluice.wire;

import org.apache.kafka.common.errors.SerializationException;

/**
 * The registry refuses to register a schema, does not have it where registration is switched off, or refuses the
 * caller. This is an error of the deployment: every record of the topic meets it, and waiting does not mend it.
 */
public final class SchemaRejectedException extends SerializationException {
    private static final long serialVersionUID = 1L;

    /** What has to be mended. */
    public enum Reason {
        /** Who asks: user, password or token. */
        CREDENTIALS,
        /** What they may do with this subject. */
        FORBIDDEN,
        /** The subject lacks the schema, and the serializer may not register it. */
        MISSING,
        /** What the subject holds: the schema may not follow it. */
        INCOMPATIBLE
    }

    private final Reason reason;

    public SchemaRejectedException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
