package dev.sluice.engine;

import dev.sluice.diffusion.NoiseStream;
import dev.sluice.engine.JobEnd.SampleShape;
import dev.sluice.engine.JobEnd.Sampled;
import dev.sluice.engine.JobEnd.Stopped;
import dev.sluice.engine.checkpoint.JobSnapshot;
import dev.sluice.engine.sampling.Contexts;
import dev.sluice.engine.sampling.ImageState;
import dev.sluice.engine.sampling.RecentContexts;
import dev.sluice.engine.sampling.Role;
import dev.sluice.engine.sampling.RowSource;
import dev.sluice.engine.sampling.SamplingInputs;
import dev.sluice.engine.sampling.SamplingPlan;
import dev.sluice.engine.sampling.Trajectory;
import dev.sluice.engine.scheduling.QueuedJob;
import dev.sluice.model.BundleManifest.TensorShape;
import dev.sluice.request.BatchShape;
import dev.sluice.request.DeviceUsage;
import dev.sluice.request.FailureCode;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.Priority;
import dev.sluice.request.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A request inside the engine: its images, started one by one as batches have room, and what they used so far. Confined to
 * the engine's loop once submitted.
 */
final class Job implements QueuedJob<List<JobRow>> {
    private final GenerationRequest request;
    private final SamplingPlan samplingPlan;
    private final ServedBundle bundle;
    private final JobListener listener;
    private final long submittedNanos;
    private final long arrival;
    private final Executor noiseMaker;
    private final List<Trajectory> trajectories = new ArrayList<>();
    private final List<ImageState> inherited;
    private final Contexts contexts;
    private final SamplingInputs inputs;
    private final EvaluationCount evaluations;
    private DeviceUsage usage = DeviceUsage.NONE;
    private long stepsTaken;
    private long firstRowNanos = -1;
    private long lastProgressNanos;
    private int imagesDone;
    /** Evaluations that its images will still make. */
    private long evaluationsLeft;

    private boolean begun;
    private boolean ended;
    private long age;
    private @Nullable BatchShape batchShape;

    /**
     * A job that has not entered the loop.
     *
     * @param bundle that it asked for
     * @param noiseMaker makes its images' noise ahead of need
     */
    Job(Submission submission, ServedBundle bundle, Executor noiseMaker) {
        request = submission.request();
        samplingPlan = submission.plan();
        this.bundle = bundle;
        listener = submission.listener();
        submittedNanos = submission.nanos();
        arrival = submission.arrival();
        this.noiseMaker = noiseMaker;
        lastProgressNanos = submittedNanos;
        batchShape = submission.from().map(JobSnapshot::batches).orElse(null);
        inherited = submission.from().map(JobSnapshot::images).orElse(List.of());
        contexts = new Contexts(samplingPlan, bundle.manifest(), bundle::recentContexts);
        inputs = new SamplingInputs(samplingPlan, bundle.manifest(), contexts);
        evaluations = new EvaluationCount(samplingPlan, inherited);
        stepsTaken = inherited.stream()
                .mapToLong(image -> image.stepsTaken(samplingPlan))
                .sum();
        imagesDone = (int) inherited.stream().filter(ImageState::done).count();
        evaluationsLeft = evaluationsPerImage() * request.images() - evaluations.inheritedRows();
        bundle.backlog().add(evaluationsLeft);
    }

    GenerationRequest request() {
        return request;
    }

    SamplingPlan samplingPlan() {
        return samplingPlan;
    }

    ServedBundle bundle() {
        return bundle;
    }

    @Override
    public TenantId tenant() {
        return request.tenant();
    }

    @Override
    public Priority priority() {
        return request.priority();
    }

    @Override
    public Instant deadline() {
        return request.deadline().orElse(Instant.MAX);
    }

    @Override
    public long arrival() {
        return arrival;
    }

    @Override
    public long age() {
        return age;
    }

    void enter(long round) {
        age = round;
    }

    @Override
    public long evaluationsPerImage() {
        return samplingPlan.planned().rows();
    }

    boolean ended() {
        return ended;
    }

    DeviceUsage usage() {
        return usage;
    }

    int imagesStarted() {
        return trajectories.size();
    }

    @Override
    public boolean allImagesStarted() {
        return trajectories.size() == request.images();
    }

    Contexts contexts() {
        return contexts;
    }

    /** Takes encodings of its texts that are at hand. */
    void recallContexts(RecentContexts recent) {
        if (contexts.recall(recent)) {
            noteBatchShape();
        }
    }

    @Override
    public List<JobRow> startNextImage() {
        noteBatchShape();
        int started = trajectories.size();
        NoiseStream noise = new NoiseStream(request.seed(), request.firstImage() + started);
        Trajectory trajectory = started < inherited.size()
                ? Trajectory.resume(inputs, noise, noiseMaker, inherited.get(started))
                : Trajectory.start(inputs, noise, noiseMaker);
        trajectories.add(trajectory);
        return rowsFor(trajectory);
    }

    /** The rows that an image or the prompt of this job needs to go on. */
    List<JobRow> rowsFor(RowSource source) {
        return source.requestRows().stream()
                .map(role -> new JobRow(this, source, role))
                .toList();
    }

    /** A row of this job goes into a batch. */
    void rowScheduled() {
        noteBatchShape();
        if (!begun) {
            begun = true;
            listener.started();
        }
    }

    /** A row came back: counts it and charges its share. */
    void charge(Role role, DeviceUsage share, long batchStartNanos) {
        if (firstRowNanos < 0) {
            firstRowNanos = batchStartNanos;
        }
        usage = usage.plus(share);
        evaluations.rowCameBack(role);
        if (!role.encodes()) {
            evaluationsLeft--;
            bundle.backlog().takeOff(1);
        }
    }

    void stepTaken(long nowNanos, Duration progressInterval) {
        stepsTaken++;
        if (nowNanos - lastProgressNanos >= progressInterval.toNanos()) {
            lastProgressNanos = nowNanos;
            long ofAllSteps =
                    stepsTaken * samplingPlan.samplingSchedule().plan().steps();
            listener.progressed((int) (ofAllSteps / ((long) request.images() * samplingPlan.stepsPerImage())));
        }
    }

    /** An image is finished; true where it was the last one. */
    boolean imageDone() {
        imagesDone++;
        return imagesDone == request.images();
    }

    /** Tells the listener that it may take a snapshot. */
    void offerSnapshot() {
        long stepsLeft = (long) request.images() * samplingPlan.stepsPerImage() - stepsTaken;
        listener.stepped((int) stepsLeft, this::snapshot);
    }

    /** The job as of its images' last step edges. */
    JobSnapshot snapshot() {
        List<ImageState> images = new ArrayList<>();
        trajectories.forEach(trajectory -> images.add(trajectory.snapshot()));
        // Those that wait for their turn to go on are still where they were left.
        images.addAll(inherited.subList(Math.min(images.size(), inherited.size()), inherited.size()));
        return new JobSnapshot(bundle.bundle().identity(), batchShapeSeen(), images);
    }

    void endSampled(long nowNanos) {
        TensorShape shape = bundle.manifest().image();
        long started = firstRowNanos < 0 ? nowNanos : firstRowNanos;
        end(new Sampled(
                trajectories.stream().map(Trajectory::picture).toList(),
                bundle.bundle().identity(),
                new SampleShape(shape.channels(), shape.height(), shape.width()),
                samplingPlan.summary(),
                batchShapeSeen(),
                evaluations.whole(imagesDone),
                evaluations.spent(imagesDone),
                usage,
                Duration.ofNanos(started - submittedNanos),
                Duration.ofNanos(nowNanos - started)));
    }

    void endStopped(FailureCode code, String message) {
        end(new Stopped(code, message, evaluations.spent(imagesDone), usage));
    }

    void endSilently() {
        ended = true;
        bundle.backlog().takeOff(evaluationsLeft);
        evaluationsLeft = 0;
    }

    private void end(JobEnd end) {
        endSilently();
        listener.ended(end);
    }

    private void noteBatchShape() {
        if (batchShape == null) {
            batchShape = bundle.batchShape();
        }
    }

    /** Constant only if the bundle's batches had one size from this job's first row to its last. */
    private BatchShape batchShapeSeen() {
        BatchShape now = bundle.batchShape();
        BatchShape then = batchShape == null ? now : batchShape;
        return then.equals(now) ? now : then.elastic();
    }
}
