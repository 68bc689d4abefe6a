package dev.sluice.request;

/** Whether batches have one size. Equal bits are promised for equal sizes only. */
public enum BatchSize {
    /** Every batch of a network has the same number of rows; what is left over is padding. */
    CONSTANT,
    /** Batches had as many rows as there were, so the last bits of an image depend on its neighbours. */
    ELASTIC
}
