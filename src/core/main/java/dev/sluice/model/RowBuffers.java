package dev.sluice.model;

import dev.sluice.model.RowLayout.Input;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The inputs and outputs of one network's batches, in memory that is reused from batch to batch. {@link #used()} of a
 * batch's rows belong to requests, the rest are padding. Owned by one thread at a time: the thread that fills it hands
 * it to the one that runs the batch, and takes it back with the results.
 *
 * <p>A row is written with {@link #begin} and then one {@code put} for each of the layout's inputs, in their order.
 */
public final class RowBuffers {
    /** A cache line, and the widest vector register. */
    private static final int ALIGNMENT = 64;

    private final int rowsPerCall;
    private final RowLayout layout;
    private final List<ByteBuffer> inputs;
    private final List<FloatBuffer> outputs = new ArrayList<>();
    /** The input of the row being written that comes next; all of them where no row is being written. */
    private int nextInput;

    private int used;
    private int rows;
    /** Rows that may hold anything but zeroes. */
    private int written;

    public RowBuffers(int rowsPerCall, RowLayout layout) {
        this.rowsPerCall = rowsPerCall;
        this.layout = layout;
        inputs = layout.inputs().stream()
                .map(input -> direct(Math.multiplyExact(rowsPerCall, input.bytes())))
                .toList();
        nextInput = inputs.size();
    }

    /** Forgets the rows of the last batch. Rows that are not filled again are padding. */
    public void clear() {
        requireWholeRow();
        used = 0;
        rows = 0;
    }

    /** Begins another row. */
    public RowBuffers begin() {
        requireWholeRow();
        if (used == rowsPerCall) {
            throw new IllegalArgumentException("a batch has " + rowsPerCall + " rows");
        }
        nextInput = 0;
        used++;
        rows = used;
        written = Math.max(written, used);
        return this;
    }

    /** Writes the row's next input: as many floats as the layout says. */
    public RowBuffers put(float[] values) {
        int at = next(RowLayout.Type.FLOATS, values.length);
        inputs.get(at).asFloatBuffer().put((used - 1) * values.length, values);
        return this;
    }

    /** Writes the row's next input: a single number. */
    public RowBuffers put(long value) {
        int at = next(RowLayout.Type.INTEGERS, 1);
        inputs.get(at).putLong((used - 1) * Long.BYTES, value);
        return this;
    }

    /** Writes the row's next input: as many whole numbers as the layout says. */
    public RowBuffers put(long[] values) {
        int at = next(RowLayout.Type.INTEGERS, values.length);
        inputs.get(at).asLongBuffer().put((used - 1) * values.length, values);
        return this;
    }

    /** Fills the batch up to its constant size with zeroes, so that padding never carries an earlier batch's data. */
    public void pad() {
        requireWholeRow();
        for (int at = 0; at < inputs.size(); at++) {
            int rowBytes = input(at).bytes();
            ByteBuffer padding = inputs.get(at).slice(used * rowBytes, (Math.max(used, written) - used) * rowBytes);
            padding.put(new byte[padding.remaining()]);
        }
        written = used;
        rows = rowsPerCall;
    }

    /** Rows of this batch: the used ones, and the padding where {@link #pad} was called. */
    public int rows() {
        return rows;
    }

    /** Most rows of a batch. */
    public int rowsPerCall() {
        return rowsPerCall;
    }

    public RowLayout layout() {
        return layout;
    }

    public int used() {
        return used;
    }

    /** An input of all rows, {@code [rows, ...]}; a direct buffer. */
    ByteBuffer values(int at) {
        requireWholeRow();
        return inputs.get(at)
                .duplicate()
                .order(ByteOrder.nativeOrder())
                .rewind()
                .limit(rows * input(at).bytes());
    }

    /**
     * Keeps an output of the batch until these buffers are filled again.
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

    /** Reads one row's input back, for models that are written in Java. */
    public float[] floats(int at, int row) {
        float[] values = new float[input(at).elements()];
        inputs.get(at).asFloatBuffer().get(row * values.length, values);
        return values;
    }

    /** The values of one row of an input of whole numbers. */
    public long[] integers(int at, int row) {
        long[] values = new long[input(at).elements()];
        inputs.get(at).asLongBuffer().get(row * values.length, values);
        return values;
    }

    private Input input(int at) {
        return layout.inputs().get(at);
    }

    private int next(RowLayout.Type type, int elements) {
        if (nextInput == inputs.size()) {
            throw new IllegalArgumentException("a row has " + inputs.size() + " inputs");
        }
        Input expected = input(nextInput);
        if (expected.type() != type || expected.elements() != elements) {
            throw new IllegalArgumentException(
                    "input " + nextInput + " of a row is " + expected + ", not " + elements + " " + type);
        }
        return nextInput++;
    }

    private void requireWholeRow() {
        if (nextInput != inputs.size()) {
            throw new IllegalArgumentException(
                    "a row has " + inputs.size() + " inputs, the last one was given " + nextInput);
        }
    }

    /** Aligned alike, so that no kernel has a reason to treat one buffer otherwise than another. */
    private static ByteBuffer direct(int bytes) {
        ByteBuffer roomy = ByteBuffer.allocateDirect(Math.addExact(bytes, 2 * ALIGNMENT));
        return roomy.alignedSlice(ALIGNMENT).limit(bytes).slice().order(ByteOrder.nativeOrder());
    }
}
