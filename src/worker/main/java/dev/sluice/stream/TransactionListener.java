package dev.sluice.stream;

/** Hears of a stream thread's transactions, on that thread. */
interface TransactionListener {
    /** The transaction is about to be committed. Where that fails, its end isn't known, and no call follows for it. */
    default void committing() {}

    /** The transaction is committed. */
    default void committed() {}

    /** The transaction was aborted, or its producer closed, before it was to be committed. */
    default void aborted() {}
}
