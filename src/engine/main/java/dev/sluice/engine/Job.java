package dev.sluice.engine;

import dev.sluice.engine.JobEnd.SampleShape;
import dev.sluice.engine.JobEnd.Sampled;
import dev.sluice.engine.JobEnd.Stopped;
import dev.sluice.engine.Row.Role;
import dev.sluice.model.BundleManifest.TensorShape;
import dev.sluice.request.BatchShape;
import dev.sluice.request.DeviceUsage;
import dev.sluice.request.FailureCode;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A request inside the engine: its images, started one by one as batches have room, and what they used so far. Confined to
 * the engine's loop once submitted.
 */
final class Job implements Startable<Trajectory> {
    private final GenerationRequest request;
    private final SamplingPlan samplingPlan;
    private final BundleQueue queue;
    private final JobListener listener;
    private final long submittedNanos;
    private final long arrival;
    private final Executor noiseMaker;
    private final List<Trajectory> trajectories = new ArrayList<>();
    private final List<JobSnapshot.Image> inherited;
    private final Contexts contexts;
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
    private @Nullable BatchShape callShape;

    /**
     * A job that has not entered the loop.
     *
     * @param arrival its number in the order of submission
     * @param noiseMaker makes its images' noise ahead of need
     * @param from where another engine left it, if one did; must {@linkplain JobSnapshot#fits fit}
     */
    Job(
            GenerationRequest request,
            SamplingPlan samplingPlan,
            BundleQueue queue,
            JobListener listener,
            long submittedNanos,
            long arrival,
            Executor noiseMaker,
            Optional<JobSnapshot> from) {
        this.request = request;
        this.samplingPlan = samplingPlan;
        this.queue = queue;
        this.listener = listener;
        this.submittedNanos = submittedNanos;
        this.arrival = arrival;
        this.noiseMaker = noiseMaker;
        lastProgressNanos = submittedNanos;
        callShape = from.map(JobSnapshot::batches).orElse(null);
        inherited = from.map(JobSnapshot::images).orElse(List.of());
        contexts = new Contexts(this);
        evaluations = new EvaluationCount(samplingPlan, inherited);
        stepsTaken = inherited.stream()
                .mapToLong(image -> image.stepsTaken(samplingPlan))
                .sum();
        imagesDone = (int) inherited.stream().filter(JobSnapshot.Image::done).count();
        evaluationsLeft = evaluationsPerImage() * request.images() - evaluations.inheritedRows();
        queue.backlog().add(evaluationsLeft);
    }

    GenerationRequest request() {
        return request;
    }

    SamplingPlan samplingPlan() {
        return samplingPlan;
    }

    BundleQueue queue() {
        return queue;
    }

    @Override
    public TenantId tenant() {
        return request.tenant();
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
            noteCallShape();
        }
    }

    @Override
    public Trajectory startNextImage() {
        noteCallShape();
        int started = trajectories.size();
        int image = request.firstImage() + started;
        Trajectory trajectory = started < inherited.size()
                ? Trajectory.resume(this, image, noiseMaker, inherited.get(started))
                : Trajectory.start(this, image, noiseMaker);
        trajectories.add(trajectory);
        return trajectory;
    }

    /** A row of this job goes into a batch. */
    void inCall() {
        noteCallShape();
        if (!begun) {
            begun = true;
            listener.started();
        }
    }

    /** A row came back: counts it and charges its share. */
    void charge(Role role, DeviceUsage share, long callStartNanos) {
        if (firstRowNanos < 0) {
            firstRowNanos = callStartNanos;
        }
        usage = usage.plus(share);
        evaluations.rowCameBack(role);
        if (!role.encodes()) {
            evaluationsLeft--;
            queue.backlog().takeOff(1);
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
        List<JobSnapshot.Image> images = new ArrayList<>();
        trajectories.forEach(trajectory -> images.add(trajectory.snapshot()));
        // Those that wait for their turn to go on are still where they were left.
        images.addAll(inherited.subList(Math.min(images.size(), inherited.size()), inherited.size()));
        return new JobSnapshot(queue.bundle().identity(), callShapeSeen(), images);
    }

    void endSampled(long nowNanos) {
        TensorShape shape = queue.manifest().image();
        long started = firstRowNanos < 0 ? nowNanos : firstRowNanos;
        end(new Sampled(
                trajectories.stream().map(Trajectory::picture).toList(),
                queue.bundle().identity(),
                new SampleShape(shape.channels(), shape.height(), shape.width()),
                samplingPlan.summary(),
                callShapeSeen(),
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
        queue.backlog().takeOff(evaluationsLeft);
        evaluationsLeft = 0;
    }

    private void end(JobEnd end) {
        endSilently();
        listener.ended(end);
    }

    private void noteCallShape() {
        if (callShape == null) {
            callShape = queue.callShape();
        }
    }

    /** Constant only if the queue's batches had one size from this job's first row to its last. */
    private BatchShape callShapeSeen() {
        BatchShape now = queue.callShape();
        BatchShape then = callShape == null ? now : callShape;
        return then.equals(now) ? now : then.elastic();
    }
}
