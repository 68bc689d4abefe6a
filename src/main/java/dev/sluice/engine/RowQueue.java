package dev.sluice.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Rows that wait for a call of one network, first in, first out.
 *
 * <p>Invariants: a trajectory has its rows of one step in here and in calls, never of two steps; a row leaves once; a
 * call takes the oldest rows, so a trajectory whose rows are split over two calls has the rest in the very next one.
 * Confined to the engine's thread.
 */
final class RowQueue {
    private final int rowsPerCall;
    private final Deque<Row> waiting = new ArrayDeque<>();
    /** Calls of the other network that the oldest row has let pass. */
    private int passed;

    RowQueue(int rowsPerCall) {
        this.rowsPerCall = rowsPerCall;
    }

    void add(Row row) {
        waiting.add(row);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Whether the next call would carry no padding. */
    boolean fillsCall() {
        return waiting.size() >= rowsPerCall;
    }

    int size() {
        return waiting.size();
    }

    void letPass() {
        if (!waiting.isEmpty()) {
            passed++;
        }
    }

    /** How many calls of the other network the oldest row has let pass. */
    int patience() {
        return passed;
    }

    /** The rows of the next call. */
    List<Row> take() {
        passed = 0;
        List<Row> call = new ArrayList<>(Math.min(rowsPerCall, waiting.size()));
        while (call.size() < rowsPerCall && !waiting.isEmpty()) {
            call.add(waiting.remove());
        }
        return call;
    }

    /** Drops the rows of a job that ended. */
    void drop(Job job) {
        waiting.removeIf(row -> row.trajectory().job() == job);
        if (waiting.isEmpty()) {
            passed = 0;
        }
    }
}
