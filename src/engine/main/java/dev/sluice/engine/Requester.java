package dev.sluice.engine;

import dev.sluice.engine.Row.Role;
import dev.sluice.model.RowBuffers;
import java.nio.FloatBuffer;
import java.util.function.Consumer;

/** Whoever asks for rows on behalf of a job, and goes on when all have come back. Confined to the engine's loop. */
sealed interface Requester permits Contexts, Trajectory {
    Job job();

    /** Asks for the rows that it needs to go on, if there are any. */
    void requestRows(Consumer<Row> queue);

    /** Writes the input for a row into a batch. */
    void fill(Role role, RowBuffers batch);

    /**
     * Takes a row's result.
     *
     * @param results of the whole batch
     * @param row place of this row in the batch
     * @return whether all that was asked for has come back
     */
    boolean receive(Role role, FloatBuffer results, int row);
}
