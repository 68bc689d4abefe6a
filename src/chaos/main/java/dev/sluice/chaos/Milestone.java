package dev.sluice.chaos;

/** A point on a request's way through a worker at which it can be held, in the order in which they are passed. */
enum Milestone {
    /** Read from its topic; nothing is written down yet. */
    POLLED,
    /** Written down as pending, in a transaction that is not committed yet; the engine is about to get it. */
    PENDING,
    /** Its first row is in a batch. */
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
