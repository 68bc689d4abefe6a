package dev.sluice.engine.scheduling;

import dev.sluice.request.TenantId;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.NoSuchElementException;
import java.util.TreeSet;

/**
 * Jobs with images to start. Tenants take turns by deficit round robin (Shreedhar and Varghese 1995), where an image
 * costs the evaluations that its plan will make. A tenant's own jobs go oldest first, then by deadline.
 *
 * <p>While a tenant waits here, no other starts more evaluations than it does, plus {@link #lead} at most. Confined to
 * the engine's loop.
 *
 * @param <T> an image that has started
 */
public final class FairImageQueue<T> {
    /** Evaluations that a visit adds to what a tenant may start. */
    private static final int QUANTUM = 64;

    private static final Comparator<QueuedJob<?>> OLDEST_THEN_DEADLINE = Comparator.<QueuedJob<?>>comparingLong(
                    QueuedJob::age)
            .thenComparing(QueuedJob::deadline)
            .thenComparingLong(QueuedJob::arrival);

    private final Map<TenantId, Turn<T>> turns = new HashMap<>();
    /** The first is being visited. */
    private final Deque<Turn<T>> round = new ArrayDeque<>();

    /**
     * How far one tenant may get ahead of another that waits.
     *
     * @param largestImage evaluations of the largest image that either has
     */
    public static long lead(long largestImage) {
        return 2 * (QUANTUM + largestImage);
    }

    public void add(QueuedJob<T> job) {
        turns.computeIfAbsent(job.tenant(), this::join).jobs.add(job);
    }

    public void remove(QueuedJob<T> job) {
        Turn<T> turn = turns.get(job.tenant());
        if (turn != null && turn.jobs.remove(job)) {
            leaveIfDone(turn);
        }
    }

    public boolean isEmpty() {
        return round.isEmpty();
    }

    /**
     * Starts the image whose turn it is.
     *
     * @throws NoSuchElementException if no job waits
     */
    public T startNext() {
        Turn<T> turn = round.getFirst();
        while (turn.deficit < turn.jobs.first().evaluationsPerImage()) {
            round.addLast(round.removeFirst());
            turn = round.getFirst();
            turn.deficit += QUANTUM;
        }
        QueuedJob<T> job = turn.jobs.first();
        turn.deficit -= job.evaluationsPerImage();
        T started = job.startNextImage();
        if (job.allImagesStarted()) {
            turn.jobs.remove(job);
            leaveIfDone(turn);
        }
        return started;
    }

    private Turn<T> join(TenantId tenant) {
        Turn<T> turn = new Turn<>(tenant, round.isEmpty() ? QUANTUM : 0);
        round.addLast(turn);
        return turn;
    }

    private void leaveIfDone(Turn<T> turn) {
        if (turn.jobs.isEmpty()) {
            turns.remove(turn.tenant);
            boolean visited = round.getFirst() == turn;
            round.remove(turn);
            if (visited && !round.isEmpty()) {
                round.getFirst().deficit += QUANTUM;
            }
        }
    }

    private static final class Turn<T> {
        private final TenantId tenant;
        private final NavigableSet<QueuedJob<T>> jobs = new TreeSet<>(OLDEST_THEN_DEADLINE);
        /** Evaluations it may still start in this visit. */
        private long deficit;

        Turn(TenantId tenant, long deficit) {
            this.tenant = tenant;
            this.deficit = deficit;
        }
    }
}
