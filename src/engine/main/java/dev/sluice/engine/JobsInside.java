package dev.sluice.engine;

import dev.sluice.engine.metering.DeviceMeter;
import dev.sluice.request.Deadlines;
import dev.sluice.request.FailureCode;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * The jobs inside the engine: how they come in and how they leave. One that left has no rows in any queue. Confined to the
 * engine's loop.
 */
final class JobsInside {
    private final Map<String, BundleQueue> queues;
    private final DeviceMeter meter;
    private final Set<Job> inside = new HashSet<>();
    private final NavigableSet<Job> byDeadline =
            new TreeSet<>(Comparator.comparing(Job::deadline).thenComparingLong(Job::arrival));

    /**
     * Nothing is inside.
     *
     * @param queues by bundle name
     */
    JobsInside(Map<String, BundleQueue> queues, DeviceMeter meter) {
        this.queues = queues;
        this.meter = meter;
    }

    boolean isEmpty() {
        return inside.isEmpty();
    }

    /** Takes a job in, or stops it at once where its bundle has gone out of service. */
    void enter(Job job, long round, long nowNanos) {
        inside.add(job);
        if (job.request().deadline().isPresent()) {
            byDeadline.add(job);
        }
        job.enter(round);
        queueOf(job).enter(job, nowNanos);
        if (job.bundle().breaker().open()) {
            stop(job, FailureCode.ENGINE_FAULT, "the bundle keeps failing");
        }
    }

    /** The queue that a job's rows wait in. */
    BundleQueue queueOf(Job job) {
        BundleQueue queue = queues.get(job.bundle().bundle().name());
        if (queue == null) {
            throw new IllegalStateException("a job of another engine's bundle");
        }
        return queue;
    }

    /** Ends a job whose images are all done. */
    void complete(Job job, long nowNanos) {
        job.endSampled(nowNanos);
        forget(job);
    }

    /** Ends a job as failed, unless it has ended. */
    void stop(Job job, FailureCode code, String message) {
        if (!job.ended()) {
            job.endStopped(code, message);
            forget(job);
        }
    }

    /** Ends all jobs of a bundle as failed. */
    void stopAllOf(ServedBundle bundle, FailureCode code, String message) {
        inside.stream().filter(job -> job.bundle() == bundle).toList().forEach(job -> stop(job, code, message));
    }

    /** Ends those that are too late. */
    void expire(Instant now) {
        while (!byDeadline.isEmpty() && byDeadline.first().deadline().isBefore(now)) {
            Job late = byDeadline.first();
            stop(
                    late,
                    FailureCode.DEADLINE_EXPIRED,
                    Deadlines.inWords(late.deadline()) + " passed before the last step");
        }
    }

    /** Ends a job without a word to its owner: what it used is overhead. */
    void abandon(Job job) {
        if (!job.ended()) {
            job.endSilently();
            forget(job);
            meter.writtenOff(job.usage());
        }
    }

    void abandonAll() {
        List.copyOf(inside).forEach(this::abandon);
    }

    private void forget(Job job) {
        inside.remove(job);
        byDeadline.remove(job);
        queueOf(job).leave(job);
    }
}
