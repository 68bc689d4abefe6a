package dev.sluice.engine;

import java.util.Comparator;
import java.util.Iterator;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Jobs with images that have not started: interactive before batch, then in the order of arrival. A job whose lane is
 * full doesn't hold up those behind it that go to another lane. Confined to the engine's thread.
 */
final class WaitingJobs {
    private final NavigableSet<Job> jobs = new TreeSet<>(
            Comparator.comparing((Job job) -> job.request().priority()).thenComparingLong(Job::arrival));

    void add(Job job) {
        jobs.add(job);
    }

    void remove(Job job) {
        jobs.remove(job);
    }

    /** Starts images, the first job's first, for as long as their lanes have room in the next call. */
    void startImages(Consumer<Trajectory> starter) {
        for (Iterator<Job> inOrder = jobs.iterator(); inOrder.hasNext(); ) {
            Job job = inOrder.next();
            while (!job.allImagesStarted() && job.lane().wantsImages()) {
                starter.accept(job.startNextImage());
            }
            if (job.allImagesStarted()) {
                inOrder.remove();
            }
        }
    }
}
