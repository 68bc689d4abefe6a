package dev.sluice.request;

/** Who goes first when both wait. */
public enum Priority {
    INTERACTIVE,
    BATCH
}
