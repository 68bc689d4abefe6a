package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.sluice.engine.checkpoint.JobSnapshot;
import dev.sluice.engine.checkpoint.JobSnapshotFormat;
import dev.sluice.engine.sampling.SamplingPlan;
import dev.sluice.request.FailureCode;
import dev.sluice.request.GenerationRequest;
import java.util.Objects;
import java.util.Optional;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;

/** A job together with everything its owner was told, and what its owner did. */
final class WatchedJob implements JobListener {
    private final Job job;
    private final boolean resumed;
    private @Nullable JobEnd end;
    private boolean abandoned;
    private boolean cancelled;
    private int lastStep;

    /** A job of this queue, not submitted yet. */
    WatchedJob(RequestDraft draft, String id, BundleQueue queue, long nowNanos, long arrival) {
        this(draft.request(id), queue.served(), nowNanos, arrival, Optional.empty());
    }

    private WatchedJob(
            GenerationRequest request, ServedBundle bundle, long nowNanos, long arrival, Optional<JobSnapshot> from) {
        SamplingPlan samplingPlan = bundle.samplingPlans().samplingPlan(request);
        Optional<JobSnapshot> fitting =
                from.filter(snapshot -> snapshot.fits(request, samplingPlan, bundle.bundle(), bundle.batchShape()));
        resumed = fitting.isPresent();
        job = new Job(new Submission(request, samplingPlan, this, nowNanos, arrival, fitting), bundle, Runnable::run);
    }

    /** The request, not submitted yet, which goes on from where this job is now. Its state is read back from bytes. */
    WatchedJob resumption(BundleQueue queue, long nowNanos, long arrival) {
        return resumption(queue.served(), nowNanos, arrival);
    }

    /** The same, in this bundle. */
    WatchedJob resumption(ServedBundle bundle, long nowNanos, long arrival) {
        JobSnapshot read = JobSnapshotFormat.read(JobSnapshotFormat.write(job.snapshot()));
        return new WatchedJob(job.request(), bundle, nowNanos, arrival, Optional.of(read));
    }

    /** Whether it goes on from a snapshot. */
    boolean resumed() {
        return resumed;
    }

    Job job() {
        return job;
    }

    @Nullable
    JobEnd end() {
        return end;
    }

    JobEnd.Sampled sampled() {
        return assertThat(Objects.requireNonNull(end, this + " has not ended"))
                .asInstanceOf(InstanceOfAssertFactories.type(JobEnd.Sampled.class))
                .actual();
    }

    JobEnd.Stopped stopped() {
        return assertThat(Objects.requireNonNull(end, this + " has not ended"))
                .asInstanceOf(InstanceOfAssertFactories.type(JobEnd.Stopped.class))
                .actual();
    }

    boolean abandoned() {
        return abandoned;
    }

    boolean cancelled() {
        return cancelled;
    }

    void cancel(EngineLoop loop) {
        cancelled = true;
        loop.stop(job, FailureCode.CANCELLED, "the test cancels");
    }

    void abandon(EngineLoop loop) {
        abandoned |= end == null;
        loop.abandon(job);
    }

    @Override
    public void progressed(int step) {
        assertThat(end).as("progress of %s after its end", this).isNull();
        assertThat(step)
                .isBetween(
                        lastStep, job.samplingPlan().samplingSchedule().plan().steps());
        lastStep = step;
    }

    @Override
    public void ended(JobEnd newEnd) {
        if (end != null || abandoned) {
            fail("%s ended as %s after it %s", this, newEnd, abandoned ? "was abandoned" : "had ended as " + end);
        }
        end = newEnd;
    }

    @Override
    public String toString() {
        return "job " + job.request().id();
    }
}
