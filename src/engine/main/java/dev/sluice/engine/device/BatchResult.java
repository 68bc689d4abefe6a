package dev.sluice.engine.device;

import java.nio.FloatBuffer;

/**
 * What came of a batch.
 *
 * @param overheadNanos device time before the batch proper: loading bundles
 * @param startNanos when the batch proper began, on the engine's clock
 * @param nanos how long it took
 */
public record BatchResult(Batch batch, long overheadNanos, long startNanos, long nanos, Yield yield) {
    /** Results, or why there are none. */
    sealed interface Yield {}

    /** The network's results, row after row; valid until the batch's buffers are filled again. */
    public record Values(FloatBuffer values) implements Yield {}

    /**
     * The device or the model code failed; none of the rows has a result.
     *
     * @param whileLoading whether it was the bundle that could not be brought to the device
     */
    public record Failure(RuntimeException cause, boolean whileLoading) implements Yield {}
}
