package dev.sluice.wire;

/** The registry answered, and knows no schema of this id. */
public final class UnknownSchemaException extends UndecodableException {
    private static final long serialVersionUID = 1L;

    public UnknownSchemaException(int id) {
        this("the schema registry knows no schema " + id);
    }

    UnknownSchemaException(String message) {
        super(Reason.UNKNOWN_SCHEMA, message);
    }
}
