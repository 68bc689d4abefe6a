package dev.sluice.model;

import java.nio.FloatBuffer;
import java.util.List;

/** A network: a function of rows. What it returns for a row depends on no other row. */
@FunctionalInterface
public interface RowFunction {
    /**
     * Evaluates all rows of a batch, padding included.
     *
     * @param rows laid out as {@link BundleManifest#layout} says
     * @return the module's outputs in its contract's order, each row after row; valid until the buffers are filled again
     * @throws ModelException if the device or the model code fails
     */
    List<FloatBuffer> evaluate(RowBuffers rows);
}
