package dev.sluice.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The inputs and outputs of one call, in memory that is reused from call to call. {@link #used()} of the call's rows are
 * somebody's, the rest are padding. Owned by one thread at a time: who fills it hands it to who makes the call, and
 * takes it back with the results.
 */
public final class RowBuffers {
    /** A cache line, and the widest vector register. */
    private static final int ALIGNMENT = 64;

    private final int rowsPerCall;
    private final int elementsPerRow;
    private final ByteBuffer samples;
    private final ByteBuffer timesteps;
    private final ByteBuffer conditions;
    private final FloatBuffer sampleView;
    private final LongBuffer timestepView;
    private final LongBuffer conditionView;
    private final float[] padding;
    private final List<FloatBuffer> outputs = new ArrayList<>();
    private int used;
    private int rows;

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
        rows = 0;
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
        rows = used;
    }

    /** Fills the call up to its constant size with zeroes, so that padding never carries an earlier call's data. */
    public void pad() {
        for (int row = used; row < rowsPerCall; row++) {
            put(row, padding, 0, 0);
        }
        rows = rowsPerCall;
    }

    /** Rows of this call: the used ones, and the padding where {@link #pad} was called. */
    public int rows() {
        return rows;
    }

    /** Most rows of a call. */
    public int rowsPerCall() {
        return rowsPerCall;
    }

    public int elementsPerRow() {
        return elementsPerRow;
    }

    public int used() {
        return used;
    }

    /** The rows' samples, f32 {@code [rows, elementsPerRow]}. */
    ByteBuffer samples() {
        return samples.rewind().limit(rows * elementsPerRow * Float.BYTES);
    }

    /** The rows' timesteps, i64 {@code [rows]}. */
    ByteBuffer timesteps() {
        return timesteps.rewind().limit(rows * Long.BYTES);
    }

    /** The rows' conditions, i64 {@code [rows]}. */
    ByteBuffer conditions() {
        return conditions.rewind().limit(rows * Long.BYTES);
    }

    /**
     * Keeps an output of the call until these buffers are filled again.
     *
     * @param index which of the module's outputs
     * @param values copied
     * @return the copy
     */
    FloatBuffer keep(int index, FloatBuffer values) {
        while (outputs.size() <= index) {
            outputs.add(FloatBuffer.allocate(0));
        }
        FloatBuffer kept = outputs.get(index);
        if (kept.capacity() < values.remaining()) {
            kept = FloatBuffer.allocate(values.remaining());
            outputs.set(index, kept);
        }
        return kept.clear().put(values).flip();
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

    /** Aligned alike, so that no kernel has a reason to treat one buffer otherwise than another. */
    private static ByteBuffer direct(int bytes) {
        ByteBuffer roomy = ByteBuffer.allocateDirect(bytes + 2 * ALIGNMENT);
        return roomy.alignedSlice(ALIGNMENT).limit(bytes).slice().order(ByteOrder.nativeOrder());
    }
}
