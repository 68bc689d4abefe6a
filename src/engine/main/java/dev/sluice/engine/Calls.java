package dev.sluice.engine;

/**
 * Rows that went through calls, warm-up left out.
 *
 * @param calls of any network
 * @param rows used rows
 * @param paddingRows empty rows
 * @param busyRows used rows of calls that left a full call's worth of work waiting
 * @param busyPaddingRows empty rows of calls that left work waiting
 */
public record Calls(long calls, long rows, long paddingRows, long busyRows, long busyPaddingRows) {
    public static final Calls NONE = new Calls(0, 0, 0, 0, 0);

    /** Empty rows as a share of all rows, in calls that left a call's worth of work waiting; 0 if there were none. */
    public double paddingShareWhileBusy() {
        long all = busyRows + busyPaddingRows;
        return all == 0 ? 0 : (double) busyPaddingRows / all;
    }

    Calls plus(int used, int padding, boolean workWaits) {
        return new Calls(
                calls + 1,
                rows + used,
                paddingRows + padding,
                busyRows + (workWaits ? used : 0),
                busyPaddingRows + (workWaits ? padding : 0));
    }
}
