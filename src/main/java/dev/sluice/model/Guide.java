package dev.sluice.model;

import java.nio.FloatBuffer;

/** The noise-aware classifier that guides: {@code gradient of log p(class | x_t, t)} by x. */
public interface Guide {
    /**
     * Evaluates all rows of a call, padding included.
     *
     * @param rows x {@code [N,C,H,W]}, t {@code [N]}, target class {@code [N]}
     * @throws ModelException if the device or the model code fails
     */
    Guidance evaluate(RowBuffers rows);

    /**
     * What a guide says of a call's rows; valid until the buffers are filled again.
     *
     * @param gradients {@code [N,C,H,W]}
     * @param logProbabilities {@code [N]}, of the target class
     * @param hits {@code [N]}, 1 where the target is the likeliest class, else 0
     */
    record Guidance(FloatBuffer gradients, FloatBuffer logProbabilities, FloatBuffer hits) {}
}
