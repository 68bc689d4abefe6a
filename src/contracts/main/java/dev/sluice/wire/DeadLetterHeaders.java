package dev.sluice.wire;

/**
 * Names of the headers that a dead letter has besides the record's own. Values are UTF-8 text. A letter that was sent
 * back has a marker in the same topic: a record without a value whose {@link #RESENT} names the letter.
 */
public final class DeadLetterHeaders {
    /** Beginning of Kafka Streams' own names. */
    public static final String ERRORS = "__streams.errors.";

    public static final String EXCEPTION = ERRORS + "exception";
    public static final String MESSAGE = ERRORS + "message";
    public static final String STACKTRACE = ERRORS + "stacktrace";

    /** Topic, partition and offset that the record was read from. */
    public static final String TOPIC = ERRORS + "topic";

    public static final String PARTITION = ERRORS + "partition";
    public static final String OFFSET = ERRORS + "offset";

    /** Beginning of Sluice's own names. */
    public static final String OURS = "sluice.dead-letter.";

    /** What was wrong, a name for programs. */
    public static final String REASON = OURS + "reason";

    /** The record's own timestamp in milliseconds since 1970; the letter's is when it was written. */
    public static final String TIMESTAMP = OURS + "timestamp";

    /** Length in bytes and digest of a value that was cut. */
    public static final String TRUNCATED = OURS + "truncated";

    public static final String SHA256 = OURS + "sha256";

    /** Length in bytes and digest of a key that was cut. */
    public static final String KEY_TRUNCATED = OURS + "key-truncated";

    public static final String KEY_SHA256 = OURS + "key-sha256";

    /** How many of the record's own headers did not fit. */
    public static final String HEADERS_DROPPED = OURS + "headers-dropped";

    /** What the registry answered instead of the schema: HTTP's status, its own error code (0 for none) and message. */
    public static final String REGISTRY_STATUS = OURS + "registry-status";

    public static final String REGISTRY_ERROR_CODE = OURS + "registry-error-code";
    public static final String REGISTRY_MESSAGE = OURS + "registry-message";

    /**
     * Marks that a letter was sent back: its partition and offset, as in {@code 3-17}. A letter itself never has this
     * header.
     */
    public static final String RESENT = OURS + "resent";

    private DeadLetterHeaders() {}
}
