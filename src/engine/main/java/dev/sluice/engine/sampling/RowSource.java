package dev.sluice.engine.sampling;

import dev.sluice.model.RowBuffers;
import java.nio.FloatBuffer;
import java.util.List;

/** What asks for rows, and goes on when all have come back: an image, or a prompt. Confined to the engine's loop. */
public sealed interface RowSource permits Contexts, Trajectory {
    /** Asks for the rows that it needs to go on, if there are any. */
    List<Role> requestRows();

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
