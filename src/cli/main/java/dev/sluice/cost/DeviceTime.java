package dev.sluice.cost;

/**
 * Device time of one process of a worker, spent and charged.
 *
 * @param process as {@code CostIncurred.process} names it
 * @param alive whether it was running when its meter was read
 * @param spentNanos as its meter says
 * @param requestNanos charged to requests
 * @param overheadNanos charged to nobody
 */
public record DeviceTime(String process, boolean alive, long spentNanos, long requestNanos, long overheadNanos) {
    /** Time that was spent and is in no charge; negative where more is charged than was spent. */
    public long openNanos() {
        return spentNanos - requestNanos - overheadNanos;
    }

    /**
     * Whether charges and overhead are what was spent. A process that runs has requests under way and overhead that is
     * charged at its next interval, so it may have charged less.
     */
    public boolean addsUp() {
        return alive ? openNanos() >= 0 : openNanos() == 0;
    }
}
