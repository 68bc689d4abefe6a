package dev.sluice.wire;

import org.apache.kafka.common.errors.SerializationException;

/**
 * The registry refuses to register a schema, or does not have it where registration is switched off. An error of the
 * deployment: every record of the topic meets it.
 */
public final class SchemaRejectedException extends SerializationException {
    private static final long serialVersionUID = 1L;

    public SchemaRejectedException(String message) {
        super(message);
    }
}
