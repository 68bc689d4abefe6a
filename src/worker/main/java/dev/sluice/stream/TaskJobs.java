package dev.sluice.stream;

import dev.sluice.engine.Admission;
import dev.sluice.engine.JobEnd;
import dev.sluice.engine.JobHandle;
import dev.sluice.engine.JobListener;
import dev.sluice.engine.JobSnapshot;
import dev.sluice.request.DurationText;
import dev.sluice.request.FailureCode;
import dev.sluice.request.GenerationRequest;
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
 * One task's jobs in the engine. The task's thread starts, cancels and abandons; the engine's thread and the finisher's
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

    private record Started(
            JobHandle handle, Instant giveUpAt, Optional<JobCheckpoints> checkpoints, RequestTrace trace) {
        Started stopped() {
            return new Started(handle, Instant.MAX, checkpoints, trace);
        }
    }

    /** Hands a request to the engine, or says why the engine refuses it. */
    Optional<Refusal> start(GenerationRequest request, Instant acceptedAt, String contentHash, RequestTrace trace) {
        ToInbox listener = listener(request, acceptedAt, contentHash, trace);
        trace.submitting();
        return switch (parts.engine().submit(request, listener)) {
            case Admission.Rejected(Refusal refusal) -> {
                trace.refused(refusal);
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
    Optional<Refusal> resume(GenerationRequest request, Instant acceptedAt, String contentHash, RequestTrace trace) {
        ToInbox listener = listener(request, acceptedAt, contentHash, trace);
        if (listener.checkpoints.isEmpty()) {
            return start(request, acceptedAt, contentHash, trace);
        }
        trace.submitting();
        Resumption resumption = new Resumption(listener, from -> parts.engine().submit(request, listener, from));
        started(listener, resumption);
        listener.checkpoints.get().fetch().thenAccept(resumption::fetched);
        return Optional.empty();
    }

    private ToInbox listener(GenerationRequest request, Instant acceptedAt, String contentHash, RequestTrace trace) {
        Instant now = parts.clock().instant();
        // By the clock of another worker it may have been accepted later than now.
        Instant accepted = acceptedAt.isAfter(now) ? now : acceptedAt;
        Optional<JobCheckpoints> checkpoints = parts.checkpoints().map(all -> all.of(request, contentHash));
        return new ToInbox(request, contentHash, accepted, now.plus(timeBudget), checkpoints, trace);
    }

    private void started(ToInbox listener, JobHandle handle) {
        listener.trace.admitted();
        jobs.put(listener.request.id(), new Started(handle, listener.giveUpAt, listener.checkpoints, listener.trace));
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

    /** A request has its outcome; returns its trace. */
    RequestTrace settled(RequestId id) {
        Started job = jobs.remove(id);
        if (job == null) {
            return RequestTrace.NONE;
        }
        inFlight.left(1);
        job.checkpoints().ifPresent(JobCheckpoints::settled);
        return job.trace();
    }

    /** What has been started and not settled. */
    Set<RequestId> started() {
        return Set.copyOf(jobs.keySet());
    }

    /** The task goes away; its next owner starts these jobs again. */
    void abandonAll() {
        jobs.values().forEach(job -> {
            job.handle().abandon();
            job.trace().abandoned();
        });
        inFlight.left(jobs.size());
        jobs.clear();
    }

    private final class ToInbox implements JobListener {
        private final GenerationRequest request;
        private final String contentHash;
        private final Instant acceptedAt;
        private final Instant giveUpAt;
        private final Optional<JobCheckpoints> checkpoints;
        private final RequestTrace trace;

        ToInbox(
                GenerationRequest request,
                String contentHash,
                Instant acceptedAt,
                Instant giveUpAt,
                Optional<JobCheckpoints> checkpoints,
                RequestTrace trace) {
            this.request = request;
            this.contentHash = contentHash;
            this.acceptedAt = acceptedAt;
            this.giveUpAt = giveUpAt;
            this.checkpoints = checkpoints;
            this.trace = trace;
        }

        @Override
        public void started() {
            trace.begun();
            parts.milestones().reached(Milestone.BATCHED, request.id());
        }

        @Override
        public void progressed(int step) {
            parts.milestones().reached(Milestone.SAMPLING, request.id());
            inbox.progressed(request, step);
        }

        @Override
        public void stepped(int stepsLeft, Supplier<JobSnapshot> snapshot) {
            checkpoints.ifPresent(kept -> kept.stepped(stepsLeft, snapshot));
        }

        @Override
        public void ended(JobEnd end) {
            trace.sampled(end);
            switch (end) {
                case JobEnd.Sampled sampled ->
                    parts.publisher()
                            .finish(request, contentHash, sampled, acceptedAt, giveUpAt)
                            .thenAccept(outcome -> {
                                trace.finished(outcome);
                                inbox.ended(outcome);
                            });
                case JobEnd.Stopped stopped -> inbox.ended(ImagePublisher.stopped(request, stopped));
            }
        }
    }
}
