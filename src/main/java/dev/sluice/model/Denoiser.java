package dev.sluice.model;

import java.nio.FloatBuffer;

/** The network that predicts the noise: {@code eps(x, t, class)}, with the variance interpolation where it is learned. */
public interface Denoiser {
    /**
     * Evaluates all rows of a call, padding included.
     *
     * @param rows x {@code [N,C,H,W]}, t {@code [N]}, class index {@code [N]}
     * @return {@code [N, C or 2C, H, W]}, row after row; valid until the buffers are filled again
     * @throws ModelException if the device or the model code fails
     */
    FloatBuffer evaluate(RowBuffers rows);
}
