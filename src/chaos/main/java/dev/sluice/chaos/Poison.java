package dev.sluice.chaos;

/** Records that can't be read, in the ways in which upstream apps get them wrong. */
enum Poison {
    NOTHING,
    RANDOM_BYTES,
    /** A request whose end is missing. */
    TRUNCATED,
    /** A request id of ten million characters. */
    LONG_STRING,
    /** An array that says it has two thousand million items. */
    HUGE_ARRAY,
    /** Blocks of an array, each opened and none filled, one after the other. */
    ENDLESS_ARRAY,
    /** A cancellation, under its own schema's id, where requests are read. */
    WRONG_TYPE,
    /** A schema id that the registry doesn't know. */
    UNKNOWN_SCHEMA,
    /** A request under another key than its id. */
    WRONG_KEY
}
