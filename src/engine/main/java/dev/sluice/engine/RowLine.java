package dev.sluice.engine;

import dev.sluice.request.Priority;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Rows that wait for calls of one network: first in, first out within each priority. Confined to the engine's loop.
 *
 * <p>Interactive rows leave first, but a line that keeps batch rows waiting owes them one of every {@value #BATCH_SHARE}
 * rows of its calls, and carries what it owes from call to call.
 */
final class RowLine {
    static final int BATCH_SHARE = 8;

    private final Deque<Row> interactive = new ArrayDeque<>();
    private final Deque<Row> batch = new ArrayDeque<>();
    private int rowsPerCall;
    /** Rows of calls that batch work saw leave; each {@value #BATCH_SHARE} of them owe it one. */
    private int credit;
    /** Calls of other networks' stages that the oldest row has let pass. */
    private int passed;

    RowLine(int rowsPerCall) {
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

    /** Puts the rows of a call that came to nothing back to where they were. */
    void putBack(List<Row> rows) {
        rows.reversed().forEach(row -> of(row.priority()).addFirst(row));
    }

    void drop(Job job) {
        of(job.request().priority()).removeIf(row -> row.job() == job);
    }

    int size() {
        return interactive.size() + batch.size();
    }

    boolean isEmpty() {
        return interactive.isEmpty() && batch.isEmpty();
    }

    /** Whether the next call would carry no padding. */
    boolean fillsCall() {
        return size() >= rowsPerCall;
    }

    /** Empty rows that the next call would carry. */
    int padding() {
        return Math.max(0, rowsPerCall - size());
    }

    /** Whether another row of this priority would be in the next call. */
    boolean hasRoomFor(Priority priority) {
        return switch (priority) {
            case INTERACTIVE -> interactive.size() < rowsPerCall;
            case BATCH -> !fillsCall() || batch.size() < owed();
        };
    }

    void letPass() {
        passed = isEmpty() ? 0 : passed + 1;
    }

    /** How many calls of other networks' stages the oldest row has let pass. */
    int patience() {
        return isEmpty() ? 0 : passed;
    }

    /**
     * The rows of the next call.
     *
     * @param batchWaits whether batch images wait to start, which counts like batch rows that wait
     */
    List<Row> take(boolean batchWaits) {
        passed = 0;
        int fromBatch = Math.min(batch.size(), owed());
        int fromInteractive = Math.min(interactive.size(), rowsPerCall - fromBatch);
        fromBatch = Math.min(batch.size(), rowsPerCall - fromInteractive);
        List<Row> call = new ArrayList<>(fromInteractive + fromBatch);
        for (int i = 0; i < fromInteractive; i++) {
            call.add(interactive.removeFirst());
        }
        for (int i = 0; i < fromBatch; i++) {
            call.add(batch.removeFirst());
        }
        boolean owing = batchWaits || !batch.isEmpty();
        credit = owing ? Math.clamp(credit + call.size() - BATCH_SHARE * fromBatch, 0, mostCredit()) : 0;
        return call;
    }

    /** What can be saved up: enough for one row, and no more than a quarter of a call. */
    private int mostCredit() {
        return Math.max(BATCH_SHARE, BATCH_SHARE * rowsPerCall / 4);
    }

    /** Rows of the next call that are batch rows' by right. */
    private int owed() {
        return Math.min(credit / BATCH_SHARE, rowsPerCall);
    }

    private Deque<Row> of(Priority priority) {
        return switch (priority) {
            case INTERACTIVE -> interactive;
            case BATCH -> batch;
        };
    }
}
