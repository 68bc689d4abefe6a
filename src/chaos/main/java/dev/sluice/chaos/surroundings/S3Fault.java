package dev.sluice.chaos.surroundings;

/** What can happen to the write of an object on its way through {@link FaultyS3}. */
public enum S3Fault {
    /** The store answers 500 and keeps nothing. */
    ERROR_500,
    /** The store answers 503 and keeps nothing. */
    ERROR_503,
    /** The store knows the client's credentials no more, says so in one of two ways, and keeps nothing. */
    EXPIRED_CREDENTIALS,
    /** The write reaches the store late, and so does its answer. */
    SLOW,
    /** The store keeps the object, but its answer never comes. */
    TIMEOUT_AFTER_SUCCESS,
    /** The store gets and keeps the first half of the object, and answers 200. */
    TRUNCATED_BODY,
    /** A bit flips on the way; the store keeps what it got and answers 200 with the checksum of that. */
    WRONG_CHECKSUM,
    /** The connection is cut in the middle of the object; the store hears nothing. */
    CUT,
    /** The connection is cut at once. */
    DOWN
}
