package dev.sluice.engine;

/** Hears of one job. Called on the engine's thread: hand over and return. */
public interface JobListener {
    /**
     * Some step of the job was taken.
     *
     * @param step steps taken, over all images
     * @param steps steps to take, over all images
     */
    void progressed(long step, long steps);

    /** The last word on the job. */
    void ended(JobEnd end);
}
