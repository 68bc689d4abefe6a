package dev.sluice.stream;

import dev.sluice.engine.Admission;
import dev.sluice.engine.Engine;
import dev.sluice.engine.JobEnd;
import dev.sluice.engine.JobHandle;
import dev.sluice.engine.JobListener;
import dev.sluice.engine.JobSnapshot;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Refusal;
import dev.sluice.request.RequestId;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One task's jobs in the engine. The task's thread starts, cancels and abandons; the engine's thread and the finisher's
 * bring their ends to the {@link Mailbox}.
 */
final class TaskJobs {
    private final Engine engine;
    private final Finisher finisher;
    private final Mailbox mailbox;
    private final InFlight inFlight;
    private final Optional<Checkpoints> checkpoints;
    private final Map<RequestId, Started> jobs = new HashMap<>();

    TaskJobs(Engine engine, Finisher finisher, Mailbox mailbox, InFlight inFlight, Optional<Checkpoints> checkpoints) {
        this.checkpoints = checkpoints;
        this.engine = engine;
        this.finisher = finisher;
        this.mailbox = mailbox;
        this.inFlight = inFlight;
    }

    private record Started(JobHandle handle, Optional<JobCheckpoints> checkpoints) {}

    /** Hands a request to the engine, or says why the engine refuses it. */
    Optional<Refusal> start(GenerationRequest request, Instant acceptedAt, String contentHash) {
        Optional<JobCheckpoints> kept = checkpoints.map(all -> all.of(request, contentHash));
        return switch (engine.submit(request, new ToMailbox(request, acceptedAt, kept))) {
            case Admission.Rejected(Refusal refusal) -> Optional.of(refusal);
            case Admission.Accepted(JobHandle handle) -> {
                started(request.id(), handle, kept);
                yield Optional.empty();
            }
        };
    }

    /**
     * As {@link #start}, for a request that another owner of the task may have begun. Where there are checkpoints, its own
     * is fetched first, and a refusal by the engine comes as an outcome.
     */
    Optional<Refusal> resume(GenerationRequest request, Instant acceptedAt, String contentHash) {
        if (checkpoints.isEmpty()) {
            return start(request, acceptedAt, contentHash);
        }
        JobCheckpoints kept = checkpoints.get().of(request, contentHash);
        ToMailbox listener = new ToMailbox(request, acceptedAt, Optional.of(kept));
        Resumption resumption = new Resumption(listener, from -> engine.submit(request, listener, from));
        started(request.id(), resumption, Optional.of(kept));
        kept.fetch().thenAccept(resumption::fetched);
        return Optional.empty();
    }

    private void started(RequestId id, JobHandle handle, Optional<JobCheckpoints> kept) {
        jobs.put(id, new Started(handle, kept));
        inFlight.started();
    }

    /** Cancels a job that is still sampling; one whose images are being stored completes. */
    void cancel(RequestId id, String reason) {
        Started job = jobs.get(id);
        if (job != null) {
            job.handle().cancel(reason);
        }
    }

    void settled(RequestId id) {
        Started job = jobs.remove(id);
        if (job != null) {
            inFlight.left(1);
            job.checkpoints().ifPresent(JobCheckpoints::settled);
        }
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

        private final Optional<JobCheckpoints> kept;

        ToMailbox(GenerationRequest request, Instant acceptedAt, Optional<JobCheckpoints> kept) {
            this.request = request;
            this.acceptedAt = acceptedAt;
            this.kept = kept;
        }

        @Override
        public void progressed(int step) {
            mailbox.progressed(request, step);
        }

        @Override
        public void stepped(int stepsLeft, Supplier<JobSnapshot> snapshot) {
            kept.ifPresent(checkpoints -> checkpoints.stepped(stepsLeft, snapshot));
        }

        @Override
        public void ended(JobEnd end) {
            switch (end) {
                case JobEnd.Sampled sampled ->
                    finisher.finish(request, sampled, acceptedAt).thenAccept(mailbox::ended);
                case JobEnd.Stopped stopped -> mailbox.ended(Finisher.stopped(request, stopped));
            }
        }
    }
}
