package dev.sluice.stream;

import dev.sluice.engine.Admission;
import dev.sluice.engine.JobEnd;
import dev.sluice.engine.JobHandle;
import dev.sluice.engine.JobListener;
import dev.sluice.engine.checkpoint.JobSnapshot;
import dev.sluice.request.DurationText;
import dev.sluice.request.FailureCode;
import dev.sluice.request.Refusal;
import dev.sluice.request.RequestId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * One task's jobs in the engine. The task's thread starts, cancels and abandons; the engine's thread and the image publisher's
 * bring their ends to the {@link OutcomeInbox}.
 */
final class TaskJobs {
    private final WorkerParts parts;
    private final Duration timeBudget;
    private final OutcomeInbox inbox;
    private final InFlight inFlight;
    private final Map<RequestId, Started> jobs = new HashMap<>();

    /**
     * A task's jobs, none yet.
     *
     * @param timeBudget for one attempt at a request, sampling and storing
     */
    TaskJobs(WorkerParts parts, Duration timeBudget, OutcomeInbox inbox, InFlight inFlight) {
        this.parts = parts;
        this.timeBudget = timeBudget;
        this.inbox = inbox;
        this.inFlight = inFlight;
    }

    private record Started(Attempt attempt, JobHandle handle, Instant giveUpAt, Optional<JobCheckpoints> checkpoints) {
        Started stopped() {
            return new Started(attempt, handle, Instant.MAX, checkpoints);
        }
    }

    /** Hands a request to the engine, or says why the engine refuses it. */
    Optional<Refusal> start(Attempt attempt) {
        ToInbox listener = listener(attempt);
        parts.events().on(new RequestEvent.Submitting(attempt));
        return switch (parts.engine().submit(attempt.request(), listener)) {
            case Admission.Rejected(Refusal refusal) -> {
                parts.events().on(new RequestEvent.Rejected(attempt, refusal));
                yield Optional.of(refusal);
            }
            case Admission.Accepted(JobHandle handle) -> {
                started(listener, handle);
                yield Optional.empty();
            }
        };
    }

    /**
     * As {@link #start}, for a request that another owner of the task may have begun. Where there are checkpoints, its own
     * is fetched first, and a refusal by the engine comes as an outcome.
     */
    Optional<Refusal> resume(Attempt attempt) {
        ToInbox listener = listener(attempt);
        if (listener.checkpoints.isEmpty()) {
            return start(attempt);
        }
        parts.events().on(new RequestEvent.Submitting(attempt));
        Resumption resumption =
                new Resumption(listener, from -> parts.engine().submit(attempt.request(), listener, from));
        started(listener, resumption);
        listener.checkpoints.get().fetch().thenAccept(resumption::fetched);
        return Optional.empty();
    }

    private ToInbox listener(Attempt attempt) {
        Instant now = parts.clock().instant();
        // By the clock of another worker it may have been accepted later than now.
        Instant accepted = attempt.acceptedAt().isAfter(now) ? now : attempt.acceptedAt();
        Optional<JobCheckpoints> checkpoints =
                parts.checkpoints().map(all -> all.of(attempt.request(), attempt.contentHash()));
        return new ToInbox(attempt, accepted, now.plus(timeBudget), checkpoints);
    }

    private void started(ToInbox listener, JobHandle handle) {
        Attempt attempt = listener.attempt;
        parts.events().on(new RequestEvent.Admitted(attempt));
        jobs.put(attempt.request().id(), new Started(attempt, handle, listener.giveUpAt, listener.checkpoints));
        inFlight.started();
    }

    /** Cancels a job that is still sampling; one whose images are being stored completes. */
    void cancel(RequestId id, String reason) {
        Started job = jobs.get(id);
        if (job != null) {
            job.handle().stop(FailureCode.CANCELLED, reason);
        }
    }

    /** Gives up what is still sampling after its time. */
    void stopOverdue(Instant now) {
        jobs.replaceAll((id, job) -> {
            if (now.isBefore(job.giveUpAt())) {
                return job;
            }
            job.handle().stop(FailureCode.TIMED_OUT, "not done within " + DurationText.of(timeBudget));
            return job.stopped();
        });
    }

    /** A request has its outcome; returns the attempt that it ends, if it was started here. */
    Optional<Attempt> settled(RequestId id) {
        Started job = jobs.remove(id);
        if (job == null) {
            return Optional.empty();
        }
        inFlight.left(1);
        job.checkpoints().ifPresent(JobCheckpoints::settled);
        return Optional.of(job.attempt());
    }

    /** What has been started and not settled. */
    Set<RequestId> started() {
        return Set.copyOf(jobs.keySet());
    }

    /** The task goes away; its next owner starts these jobs again. */
    void abandonAll() {
        jobs.values().forEach(job -> {
            job.handle().abandon();
            parts.events().on(new RequestEvent.Abandoned(job.attempt()));
        });
        inFlight.left(jobs.size());
        jobs.clear();
    }

    private final class ToInbox implements JobListener {
        private final Attempt attempt;
        private final Instant acceptedAt;
        private final Instant giveUpAt;
        private final Optional<JobCheckpoints> checkpoints;

        ToInbox(Attempt attempt, Instant acceptedAt, Instant giveUpAt, Optional<JobCheckpoints> checkpoints) {
            this.attempt = attempt;
            this.acceptedAt = acceptedAt;
            this.giveUpAt = giveUpAt;
            this.checkpoints = checkpoints;
        }

        @Override
        public void started() {
            parts.events().on(new RequestEvent.Batched(attempt));
        }

        @Override
        public void progressed(int step) {
            parts.events().on(new RequestEvent.Stepped(attempt, step));
            inbox.progressed(attempt.request(), step);
        }

        @Override
        public void stepped(int stepsLeft, Supplier<JobSnapshot> snapshot) {
            checkpoints.ifPresent(kept -> kept.stepped(stepsLeft, snapshot));
        }

        @Override
        public void ended(JobEnd end) {
            parts.events().on(new RequestEvent.Sampled(attempt, end));
            switch (end) {
                case JobEnd.Sampled sampled ->
                    parts.publisher()
                            .finish(attempt.request(), attempt.contentHash(), sampled, acceptedAt, giveUpAt)
                            .thenAccept(outcome -> {
                                parts.events().on(new RequestEvent.Finished(attempt, outcome));
                                inbox.ended(outcome);
                            });
                case JobEnd.Stopped stopped -> inbox.ended(ImagePublisher.stopped(attempt.request(), stopped));
            }
        }
    }
}
