package dev.sluice.engine.scheduling;

import dev.sluice.request.Priority;
import dev.sluice.request.TenantId;
import java.time.Instant;

/**
 * A job, as far as the scheduler need know it: the engine's own, or a simulated one. What it says doesn't change while images
 * of it wait to start.
 *
 * @param <T> an image that has started
 */
public interface QueuedJob<T> {
    TenantId tenant();

    Priority priority();

    /** The round in which it came: jobs that came between two batches are equally old. */
    long age();

    /** {@link Instant#MAX} where there is none. */
    Instant deadline();

    /** Its number in the order of submission. */
    long arrival();

    /** Evaluations that the plan of each of its images makes. */
    long evaluationsPerImage();

    boolean allImagesStarted();

    T startNextImage();
}
