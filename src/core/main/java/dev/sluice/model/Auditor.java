package dev.sluice.model;

import java.nio.FloatBuffer;

/**
 * A classifier that never guides, so that its verdict on the images is not what the sampler was pushed towards
 * (off-sampling classifier of Compress Guidance, arXiv 2408.11194).
 */
public interface Auditor {
    /**
     * Judges all rows of a batch, padding included.
     *
     * @param rows x {@code [N,C,H,W]}, t {@code [N]}, target class {@code [N]}
     * @throws ModelException if the device or the model code fails
     */
    Verdict evaluate(RowBuffers rows);

    /**
     * Verdicts on a batch's rows; valid until the buffers are filled again.
     *
     * @param logProbabilities {@code [N]}, of the target class
     * @param hits {@code [N]}, 1 where the target is the likeliest class, else 0
     */
    record Verdict(FloatBuffer logProbabilities, FloatBuffer hits) {}
}
