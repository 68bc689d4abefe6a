package dev.sluice.engine.sampling;

import dev.sluice.model.RowBuffers;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * How far an image is: {@link Denoising}, then {@link Upsampling} and {@link Decoding} where the bundle has them, then
 * {@link Done}. A phase asks for rows; when all have come back it takes its step. Confined to the engine's loop.
 */
sealed interface Phase permits Denoising, Upsampling, Decoding, Done {
    /** The rows that the next step needs; none when done. */
    List<Role> roles();

    /** Writes the input for a row into a batch. */
    void fill(Role role, RowBuffers batch);

    /** Copies a row's result out of a batch. */
    void receive(Role role, FloatBuffer results, int row);

    /** Whether the rows that came back for this step are finite everywhere: a clamp would hide that they aren't. */
    boolean finite();

    /** Takes the step that all rows have come back for. */
    Phase advance();

    /** What the last step made. */
    float[] values();

    /** The image as of its last step's edge: what is kept does not change within a step. */
    ImageState snapshot();
}
