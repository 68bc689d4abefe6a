package dev.sluice.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;

/**
 * The inputs of one call, in direct memory that is reused from call to call. A call has a constant number of rows;
 * {@link #used()} of them are somebody's, the rest are padding. Confined to the thread that makes the calls.
 */
public final class RowBuffers {
    private final int rowsPerCall;
    private final int elementsPerRow;
    private final ByteBuffer samples;
    private final ByteBuffer timesteps;
    private final ByteBuffer conditions;
    private final FloatBuffer sampleView;
    private final LongBuffer timestepView;
    private final LongBuffer conditionView;
    private final float[] padding;
    private int used;

    public RowBuffers(int rowsPerCall, int elementsPerRow) {
        this.rowsPerCall = rowsPerCall;
        this.elementsPerRow = elementsPerRow;
        samples = direct(rowsPerCall * elementsPerRow * Float.BYTES);
        timesteps = direct(rowsPerCall * Long.BYTES);
        conditions = direct(rowsPerCall * Long.BYTES);
        sampleView = samples.asFloatBuffer();
        timestepView = timesteps.asLongBuffer();
        conditionView = conditions.asLongBuffer();
        padding = new float[elementsPerRow];
        Arrays.fill(padding, 0);
    }

    /** Forgets the rows of the last call; the rows not filled again are padding. */
    public void clear() {
        used = 0;
    }

    /**
     * Adds a row.
     *
     * @param sample x, as many floats as a row has
     * @param timestep the model's t
     * @param condition class index
     */
    public void add(float[] sample, int timestep, long condition) {
        put(used++, sample, timestep, condition);
    }

    /** Zeroes what the used rows leave over, so that padding never carries an earlier call's data. */
    public void pad() {
        for (int row = used; row < rowsPerCall; row++) {
            put(row, padding, 0, 0);
        }
    }

    public int rowsPerCall() {
        return rowsPerCall;
    }

    public int elementsPerRow() {
        return elementsPerRow;
    }

    public int used() {
        return used;
    }

    ByteBuffer samples() {
        return samples.rewind();
    }

    ByteBuffer timesteps() {
        return timesteps.rewind();
    }

    ByteBuffer conditions() {
        return conditions.rewind();
    }

    /** Reads a row's sample back, for models that are written in Java. */
    public void sample(int row, float[] into) {
        sampleView.get(row * elementsPerRow, into);
    }

    public int timestep(int row) {
        return (int) timestepView.get(row);
    }

    public long condition(int row) {
        return conditionView.get(row);
    }

    private void put(int row, float[] sample, int timestep, long condition) {
        if (sample.length != elementsPerRow || row >= rowsPerCall) {
            throw new IllegalArgumentException(
                    "row " + row + " of " + rowsPerCall + " has " + sample.length + " elements, not " + elementsPerRow);
        }
        sampleView.put(row * elementsPerRow, sample);
        timestepView.put(row, timestep);
        conditionView.put(row, condition);
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }
}
