package dev.sluice.stream;

/** A point on a request's way through a worker, in the order in which they are passed. */
public enum Milestone {
    /** Read from its topic; nothing is written down yet. */
    POLLED,
    /** Written to the pending store, in a transaction that is not committed yet; the engine is about to get it. */
    PENDING,
    /** Its first row is in a call. */
    BATCHED,
    /** Some of its steps are taken. */
    SAMPLING,
    /** Its images are encoded and not stored yet. */
    ENCODED,
    /** Its images are stored; nobody has been told. */
    UPLOADED,
    /** Its outcome is forwarded, in a transaction that is not committed yet. */
    SETTLED,
    /** The transaction with its outcome is committed. */
    COMMITTED
}
