package dev.sluice.stream;

import dev.sluice.engine.Admission;
import dev.sluice.engine.JobEnd;
import dev.sluice.engine.JobHandle;
import dev.sluice.engine.JobListener;
import dev.sluice.engine.checkpoint.JobSnapshot;
import dev.sluice.request.DeviceUsage;
import dev.sluice.request.Evaluations;
import dev.sluice.request.FailureCode;
import dev.sluice.request.Refusal;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A job that waits for its checkpoint before it goes into the engine. The task's thread stops or abandons it, the thread that
 * brings the checkpoint submits it; who comes first wins, and the other finds it so.
 */
final class Resumption implements JobHandle {
    private static final Logger LOG = LoggerFactory.getLogger(Resumption.class);

    private final JobListener listener;
    private final Function<Optional<JobSnapshot>, Admission> engine;
    private @Nullable JobHandle job;
    private boolean over;

    /**
     * A job that waits.
     *
     * @param listener hears of its end, whoever ends it; told on any thread
     * @param engine takes the job on from a snapshot, or anew
     */
    Resumption(JobListener listener, Function<Optional<JobSnapshot>, Admission> engine) {
        this.listener = listener;
        this.engine = engine;
    }

    /** The checkpoint is here, or there is none. */
    synchronized void fetched(Optional<JobSnapshot> snapshot) {
        if (over) {
            return;
        }
        try {
            switch (engine.apply(snapshot)) {
                case Admission.Accepted(JobHandle accepted) -> job = accepted;
                case Admission.Rejected(Refusal refusal) -> end(refusal.code(), refusal.message());
            }
        } catch (RuntimeException e) {
            LOG.error("not_resumed", e);
            end(FailureCode.ENGINE_FAULT, "the engine did not take the request");
        }
    }

    @Override
    public synchronized void stop(FailureCode code, String reason) {
        if (job != null) {
            job.stop(code, reason);
        } else if (!over) {
            end(code, reason);
        }
    }

    @Override
    public synchronized void abandon() {
        over = true;
        if (job != null) {
            job.abandon();
        }
    }

    private void end(FailureCode code, String message) {
        over = true;
        listener.ended(new JobEnd.Stopped(code, message, Evaluations.NONE, DeviceUsage.NONE));
    }
}
