package dev.sluice.stream;

import dev.sluice.engine.Admission;
import dev.sluice.engine.JobEnd;
import dev.sluice.engine.JobHandle;
import dev.sluice.engine.JobListener;
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

/**
 * One task's jobs in the engine. The task's thread starts, cancels and abandons; the engine's thread and the finisher's
 * bring their ends to the {@link Mailbox}.
 */
final class TaskJobs {
    private final WorkerParts parts;
    private final Duration timeBudget;
    private final Mailbox mailbox;
    private final InFlight inFlight;
    private final Map<RequestId, Started> jobs = new HashMap<>();

    /**
     * A task's jobs, none yet.
     *
     * @param timeBudget for one attempt at a request, sampling and storing
     */
    TaskJobs(WorkerParts parts, Duration timeBudget, Mailbox mailbox, InFlight inFlight) {
        this.parts = parts;
        this.timeBudget = timeBudget;
        this.mailbox = mailbox;
        this.inFlight = inFlight;
    }

    private record Started(JobHandle handle, Instant giveUpAt) {}

    /** Hands a request to the engine, or says why the engine refuses it. */
    Optional<Refusal> start(GenerationRequest request, Instant acceptedAt) {
        Instant now = parts.clock().instant();
        Instant giveUpAt = now.plus(timeBudget);
        // By the clock of another worker it may have been accepted later than now.
        Instant accepted = acceptedAt.isAfter(now) ? now : acceptedAt;
        return switch (parts.engine().submit(request, new ToMailbox(request, accepted, giveUpAt))) {
            case Admission.Rejected(Refusal refusal) -> Optional.of(refusal);
            case Admission.Accepted(JobHandle handle) -> {
                jobs.put(request.id(), new Started(handle, giveUpAt));
                inFlight.started();
                yield Optional.empty();
            }
        };
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
            job.handle().stop(FailureCode.TIMED_OUT, "not done within " + timeBudget);
            return new Started(job.handle(), Instant.MAX);
        });
    }

    void settled(RequestId id) {
        if (jobs.remove(id) != null) {
            inFlight.left(1);
        }
    }

    /** What has been started and not settled. */
    Set<RequestId> started() {
        return Set.copyOf(jobs.keySet());
    }

    /** The task goes away; its next owner starts these jobs again. */
    void abandonAll() {
        jobs.values().forEach(job -> job.handle().abandon());
        inFlight.left(jobs.size());
        jobs.clear();
    }

    private final class ToMailbox implements JobListener {
        private final GenerationRequest request;
        private final Instant acceptedAt;
        private final Instant giveUpAt;

        ToMailbox(GenerationRequest request, Instant acceptedAt, Instant giveUpAt) {
            this.request = request;
            this.acceptedAt = acceptedAt;
            this.giveUpAt = giveUpAt;
        }

        @Override
        public void started() {
            parts.milestones().reached(Milestone.BATCHED, request.id());
        }

        @Override
        public void progressed(int step) {
            parts.milestones().reached(Milestone.SAMPLING, request.id());
            mailbox.progressed(request, step);
        }

        @Override
        public void ended(JobEnd end) {
            switch (end) {
                case JobEnd.Sampled sampled ->
                    parts.finisher()
                            .finish(request, sampled, acceptedAt, giveUpAt)
                            .thenAccept(mailbox::ended);
                case JobEnd.Stopped stopped -> mailbox.ended(Finisher.stopped(request, stopped));
            }
        }
    }
}
