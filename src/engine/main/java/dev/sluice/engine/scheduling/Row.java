package dev.sluice.engine.scheduling;

import dev.sluice.request.Network;

/** A row that waits for a batch, as far as the scheduler need know it: which network evaluates it, and for which job. */
public interface Row {
    Network network();

    /** The job that the row is for, which says how urgent it is. */
    QueuedJob<?> job();
}
