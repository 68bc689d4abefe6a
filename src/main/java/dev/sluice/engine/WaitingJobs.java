package dev.sluice.engine;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/**
 * Jobs with images that have not started: interactive before batch, then in the order of arrival. Confined to the
 * engine's thread.
 */
final class WaitingJobs {
    private final PriorityQueue<Job> jobs = new PriorityQueue<>(
            Comparator.comparing((Job job) -> job.request().priority()).thenComparingLong(Job::arrival));

    void add(Job job) {
        jobs.add(job);
    }

    void remove(Job job) {
        jobs.remove(job);
    }

    /** Starts images, the first job's first, for as long as their lanes have room in the next call. */
    void startImages(Consumer<Trajectory> starter) {
        while (!jobs.isEmpty() && jobs.element().lane().wantsImages()) {
            Job job = jobs.element();
            starter.accept(job.startNextImage());
            if (job.allImagesStarted()) {
                jobs.remove();
            }
        }
    }
}
