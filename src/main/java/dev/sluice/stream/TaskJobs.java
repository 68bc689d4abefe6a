package dev.sluice.stream;

import dev.sluice.engine.Admission;
import dev.sluice.engine.Engine;
import dev.sluice.engine.JobEnd;
import dev.sluice.engine.JobHandle;
import dev.sluice.engine.JobListener;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Refusal;
import dev.sluice.request.RequestId;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One task's jobs in the engine. The task's thread starts, cancels and abandons; the engine's thread and the finisher's
 * bring their ends to the {@link Mailbox}.
 */
final class TaskJobs {
    private final Engine engine;
    private final Finisher finisher;
    private final Mailbox mailbox;
    private final InFlight inFlight;
    private final Map<RequestId, JobHandle> handles = new HashMap<>();

    TaskJobs(Engine engine, Finisher finisher, Mailbox mailbox, InFlight inFlight) {
        this.engine = engine;
        this.finisher = finisher;
        this.mailbox = mailbox;
        this.inFlight = inFlight;
    }

    /** Hands a request to the engine, or says why the engine refuses it. */
    Optional<Refusal> start(GenerationRequest request, Instant acceptedAt) {
        return switch (engine.submit(request, new ToMailbox(request, acceptedAt))) {
            case Admission.Rejected(Refusal refusal) -> Optional.of(refusal);
            case Admission.Accepted(JobHandle handle) -> {
                handles.put(request.id(), handle);
                inFlight.started();
                yield Optional.empty();
            }
        };
    }

    /** Cancels a job that is still sampling; one whose images are being stored completes. */
    void cancel(RequestId id, String reason) {
        JobHandle handle = handles.get(id);
        if (handle != null) {
            handle.cancel(reason);
        }
    }

    void settled(RequestId id) {
        if (handles.remove(id) != null) {
            inFlight.left(1);
        }
    }

    /** The task goes away; its next owner starts these jobs again. */
    void abandonAll() {
        handles.values().forEach(JobHandle::abandon);
        inFlight.left(handles.size());
        handles.clear();
    }

    private final class ToMailbox implements JobListener {
        private final GenerationRequest request;
        private final Instant acceptedAt;

        ToMailbox(GenerationRequest request, Instant acceptedAt) {
            this.request = request;
            this.acceptedAt = acceptedAt;
        }

        @Override
        public void progressed(int step) {
            mailbox.progressed(request, step);
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
