package dev.sluice.engine;

import dev.sluice.engine.checkpoint.JobSnapshot;
import java.util.function.Supplier;

/** Hears of one job. Called on the engine's thread: hand over and return. */
public interface JobListener {
    /** The job's first row goes into a batch. */
    default void started() {}

    /**
     * The job has come further.
     *
     * @param step steps taken, on average over the job's images
     */
    void progressed(int step);

    /**
     * An image took a step that was not the job's last.
     *
     * @param stepsLeft that the job's images have still to take, all together
     * @param snapshot of the job as it is now; to be asked during this batch alone, and a copy of all images, so not for
     *     every step
     */
    default void stepped(int stepsLeft, Supplier<JobSnapshot> snapshot) {}

    /** The last word on the job. */
    void ended(JobEnd end);
}
