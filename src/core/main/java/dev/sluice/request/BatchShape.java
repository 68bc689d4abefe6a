package dev.sluice.request;

/**
 * The batches that a request's rows were in.
 *
 * @param size {@link BatchSize#CONSTANT} only if every one of them had these row counts
 * @param rowsPerCall rows of each network's batches, padding included; at most that many where the size is elastic, and
 *     0 where the bundle has no such network
 */
public record BatchShape(BatchSize size, PerNetwork rowsPerCall) {
    public int rowsPerCall(Network network) {
        return Math.toIntExact(rowsPerCall.get(network));
    }

    /** The same rows, marked as not known to be constant. */
    public BatchShape elastic() {
        return new BatchShape(BatchSize.ELASTIC, rowsPerCall);
    }
}
