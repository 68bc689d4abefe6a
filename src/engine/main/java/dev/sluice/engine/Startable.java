package dev.sluice.engine;

import dev.sluice.request.TenantId;
import java.time.Instant;

/**
 * A job with images to start, as far as {@link FairImageQueue} need know it: the engine's own, or a simulated one. Its numbers
 * don't change while it waits there.
 *
 * @param <T> an image that has started
 */
interface Startable<T> {
    TenantId tenant();

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
