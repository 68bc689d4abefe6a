package dev.sluice.engine;

/** Hears of one job. Called on the engine's thread: hand over and return. */
public interface JobListener {
    /** The job's first row goes into a call. */
    default void started() {}

    /**
     * The job has come further.
     *
     * @param step steps taken, on average over the job's images
     */
    void progressed(int step);

    /** The last word on the job. */
    void ended(JobEnd end);
}
