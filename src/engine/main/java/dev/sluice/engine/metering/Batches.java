package dev.sluice.engine.metering;

/**
 * Rows that went through batches, warm-up left out.
 *
 * @param batches of any network
 * @param rows used rows
 * @param paddingRows empty rows
 * @param busyRows used rows of batches that left a full batch's worth of work waiting
 * @param busyPaddingRows empty rows of batches that left work waiting
 */
public record Batches(long batches, long rows, long paddingRows, long busyRows, long busyPaddingRows) {
    public static final Batches NONE = new Batches(0, 0, 0, 0, 0);

    /** Empty rows as a share of all rows, in batches that left a batch's worth of work waiting; 0 if there were none. */
    public double paddingShareWhileBusy() {
        long all = busyRows + busyPaddingRows;
        return all == 0 ? 0 : (double) busyPaddingRows / all;
    }

    public Batches plus(int used, int padding, boolean workWaits) {
        return new Batches(
                batches + 1,
                rows + used,
                paddingRows + padding,
                busyRows + (workWaits ? used : 0),
                busyPaddingRows + (workWaits ? padding : 0));
    }
}
