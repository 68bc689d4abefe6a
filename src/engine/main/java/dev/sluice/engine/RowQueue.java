package dev.sluice.engine;

import dev.sluice.request.Priority;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Rows that wait for batches of one network: first in, first out within each priority. Confined to the engine's loop.
 *
 * <p>Interactive rows leave first, but a line that keeps batch rows waiting owes them one of every {@value #BATCH_SHARE}
 * rows of its batches, and carries what it owes from batch to batch.
 */
final class RowQueue {
    static final int BATCH_SHARE = 8;

    private final Deque<Row> interactive = new ArrayDeque<>();
    private final Deque<Row> batchRows = new ArrayDeque<>();
    private int rowsPerCall;
    /** Rows of batches that batch work saw leave; each {@value #BATCH_SHARE} of them owe it one. */
    private int credit;
    /** Calls of other networks' stages that the oldest row has let pass. */
    private int passed;

    RowQueue(int rowsPerCall) {
        this.rowsPerCall = rowsPerCall;
    }

    int rowsPerCall() {
        return rowsPerCall;
    }

    void resize(int newRowsPerCall) {
        rowsPerCall = newRowsPerCall;
    }

    void add(Row row) {
        of(row.priority()).addLast(row);
    }

    /** Puts the rows of a batch that came to nothing back to where they were. */
    void putBack(List<Row> rows) {
        rows.reversed().forEach(row -> of(row.priority()).addFirst(row));
    }

    void drop(Job job) {
        of(job.request().priority()).removeIf(row -> row.job() == job);
    }

    int size() {
        return interactive.size() + batchRows.size();
    }

    boolean isEmpty() {
        return interactive.isEmpty() && batchRows.isEmpty();
    }

    /** Whether the next batch would carry no padding. */
    boolean fillsCall() {
        return size() >= rowsPerCall;
    }

    /** Empty rows that the next batch would carry. */
    int padding() {
        return Math.max(0, rowsPerCall - size());
    }

    /** Whether another row of this priority would be in the next batch. */
    boolean hasRoomFor(Priority priority) {
        return switch (priority) {
            case INTERACTIVE -> interactive.size() < rowsPerCall;
            case BATCH -> !fillsCall() || batchRows.size() < owed();
        };
    }

    void letPass() {
        passed = isEmpty() ? 0 : passed + 1;
    }

    /** How many batches of other networks' stages the oldest row has let pass. */
    int passedBatches() {
        return isEmpty() ? 0 : passed;
    }

    /**
     * The rows of the next batch.
     *
     * @param batchWaits whether batch images wait to start, which counts like batch rows that wait
     */
    List<Row> take(boolean batchWaits) {
        passed = 0;
        int fromBatch = Math.min(batchRows.size(), owed());
        int fromInteractive = Math.min(interactive.size(), rowsPerCall - fromBatch);
        fromBatch = Math.min(batchRows.size(), rowsPerCall - fromInteractive);
        List<Row> batch = new ArrayList<>(fromInteractive + fromBatch);
        for (int i = 0; i < fromInteractive; i++) {
            batch.add(interactive.removeFirst());
        }
        for (int i = 0; i < fromBatch; i++) {
            batch.add(batchRows.removeFirst());
        }
        boolean owing = batchWaits || !batchRows.isEmpty();
        credit = owing ? Math.clamp(credit + batch.size() - BATCH_SHARE * fromBatch, 0, mostCredit()) : 0;
        return batch;
    }

    /** What can be saved up: enough for one row, and no more than a quarter of a batch. */
    private int mostCredit() {
        return Math.max(BATCH_SHARE, BATCH_SHARE * rowsPerCall / 4);
    }

    /** Rows of the next batch that are batch rows' by right. */
    private int owed() {
        return Math.min(credit / BATCH_SHARE, rowsPerCall);
    }

    private Deque<Row> of(Priority priority) {
        return switch (priority) {
            case INTERACTIVE -> interactive;
            case BATCH -> batchRows;
        };
    }
}
