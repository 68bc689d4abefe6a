package dev.sluice.engine.scheduling;

import dev.sluice.request.Priority;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Rows that wait for batches of one network: first in, first out within each priority. Confined to the engine's loop.
 *
 * <p>Interactive rows leave first, but a queue that keeps batch rows waiting owes them one of every {@value #BATCH_SHARE}
 * rows of its batches, and carries what it owes from batch to batch.
 *
 * @param <R> what waits
 */
final class RowQueue<R extends Row> {
    static final int BATCH_SHARE = 8;

    private final Deque<R> interactive = new ArrayDeque<>();
    private final Deque<R> batchRows = new ArrayDeque<>();
    private int batchSize;
    /** Rows of batches that batch work saw leave; each {@value #BATCH_SHARE} of them owe it one. */
    private int credit;
    /** Batches of other networks' stages that the oldest row has let pass. */
    private int passed;

    RowQueue(int batchSize) {
        this.batchSize = batchSize;
    }

    int batchSize() {
        return batchSize;
    }

    void resize(int newBatchSize) {
        batchSize = newBatchSize;
    }

    void add(R row) {
        of(row.job().priority()).addLast(row);
    }

    /** Puts the rows of a batch that came to nothing back to where they were. */
    void putBack(List<R> rows) {
        rows.reversed().forEach(row -> of(row.job().priority()).addFirst(row));
    }

    @SuppressWarnings("ReferenceEquality") // A job is equal to itself alone.
    void drop(QueuedJob<?> job) {
        of(job.priority()).removeIf(row -> row.job() == job);
    }

    int size() {
        return interactive.size() + batchRows.size();
    }

    boolean isEmpty() {
        return interactive.isEmpty() && batchRows.isEmpty();
    }

    /** Whether the next batch would carry no padding. */
    boolean fillsBatch() {
        return size() >= batchSize;
    }

    /** Empty rows that the next batch would carry. */
    int padding() {
        return Math.max(0, batchSize - size());
    }

    /** Whether another row of this priority would be in the next batch. */
    boolean hasRoomFor(Priority priority) {
        return switch (priority) {
            case INTERACTIVE -> interactive.size() < batchSize;
            case BATCH -> !fillsBatch() || batchRows.size() < owed();
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
    List<R> take(boolean batchWaits) {
        passed = 0;
        int fromBatch = Math.min(batchRows.size(), owed());
        int fromInteractive = Math.min(interactive.size(), batchSize - fromBatch);
        fromBatch = Math.min(batchRows.size(), batchSize - fromInteractive);
        List<R> batch = new ArrayList<>(fromInteractive + fromBatch);
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
        return Math.max(BATCH_SHARE, BATCH_SHARE * batchSize / 4);
    }

    /** Rows of the next batch that are batch rows' by right. */
    private int owed() {
        return Math.min(credit / BATCH_SHARE, batchSize);
    }

    private Deque<R> of(Priority priority) {
        return switch (priority) {
            case INTERACTIVE -> interactive;
            case BATCH -> batchRows;
        };
    }
}
