package dev.sluice.engine;

import dev.sluice.engine.JobEnd.SampleShape;
import dev.sluice.engine.JobEnd.Sampled;
import dev.sluice.engine.JobEnd.Stopped;
import dev.sluice.engine.Row.Role;
import dev.sluice.model.BundleManifest.TensorShape;
import dev.sluice.request.CallShape;
import dev.sluice.request.CallSize;
import dev.sluice.request.DeviceUsage;
import dev.sluice.request.Evaluations;
import dev.sluice.request.FailureCode;
import dev.sluice.request.GenerationRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A request inside the engine: its images, started one by one as calls have room, and what they used so far. Confined to
 * the engine's loop once submitted.
 */
final class Job {
    private final GenerationRequest request;
    private final Recipe recipe;
    private final Lane lane;
    private final JobListener listener;
    private final long submittedNanos;
    private final long arrival;
    private final Executor noiseMaker;
    private final List<Trajectory> trajectories = new ArrayList<>();
    private DeviceUsage usage = DeviceUsage.NONE;
    private long conditional;
    private long unconditional;
    private long guide;
    private long stepsTaken;
    private long firstRowNanos = -1;
    private long lastProgressNanos;
    private int imagesDone;
    private boolean begun;
    private boolean ended;
    private long age;
    private @Nullable CallShape callShape;

    /**
     * A job that has not entered the loop.
     *
     * @param arrival its number in the order of submission
     * @param noiseMaker makes its images' noise ahead of need
     */
    Job(
            GenerationRequest request,
            Recipe recipe,
            Lane lane,
            JobListener listener,
            long submittedNanos,
            long arrival,
            Executor noiseMaker) {
        this.request = request;
        this.recipe = recipe;
        this.lane = lane;
        this.listener = listener;
        this.submittedNanos = submittedNanos;
        this.arrival = arrival;
        this.noiseMaker = noiseMaker;
        lastProgressNanos = submittedNanos;
    }

    GenerationRequest request() {
        return request;
    }

    Recipe recipe() {
        return recipe;
    }

    Lane lane() {
        return lane;
    }

    long arrival() {
        return arrival;
    }

    /** The round of the loop in which it came: those that come between two calls are equally old. */
    long age() {
        return age;
    }

    void enter(long round) {
        age = round;
    }

    /** Evaluations that the plan of each of its images makes. */
    long evaluationsPerImage() {
        Evaluations planned = recipe.planned();
        return planned.conditional() + planned.unconditional() + planned.guide();
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

    boolean allImagesStarted() {
        return trajectories.size() == request.images();
    }

    Trajectory startNextImage() {
        if (callShape == null) {
            callShape = lane.callShape();
        }
        Trajectory trajectory = new Trajectory(this, trajectories.size(), noiseMaker);
        trajectories.add(trajectory);
        return trajectory;
    }

    /** A row of this job goes into a call. */
    void inCall() {
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
        switch (role) {
            case CONDITIONAL -> conditional++;
            case UNCONDITIONAL -> unconditional++;
            case GUIDE -> guide++;
        }
    }

    void stepTaken(long nowNanos, Duration progressInterval) {
        stepsTaken++;
        if (nowNanos - lastProgressNanos >= progressInterval.toNanos()) {
            lastProgressNanos = nowNanos;
            listener.progressed((int) (stepsTaken / request.images()));
        }
    }

    /** An image reached its last step; true where it was the last image. */
    boolean imageDone() {
        imagesDone++;
        return imagesDone == request.images();
    }

    void endSampled(long nowNanos) {
        TensorShape shape = lane.manifest().sample();
        long started = firstRowNanos < 0 ? nowNanos : firstRowNanos;
        end(new Sampled(
                trajectories.stream().map(Trajectory::sample).toList(),
                lane.bundle().identity(),
                new SampleShape(shape.channels(), shape.height(), shape.width()),
                recipe.summary(),
                callShapeSeen(),
                evaluations(),
                usage,
                Duration.ofNanos(started - submittedNanos),
                Duration.ofNanos(nowNanos - started)));
    }

    void endStopped(FailureCode code, String message) {
        end(new Stopped(code, message, evaluations(), usage));
    }

    void endSilently() {
        ended = true;
    }

    private void end(JobEnd end) {
        ended = true;
        listener.ended(end);
    }

    /** Constant only if the lane's calls had one size from this job's first image to its last. */
    private CallShape callShapeSeen() {
        CallShape now = lane.callShape();
        CallShape then = callShape == null ? now : callShape;
        return then.equals(now) ? now : new CallShape(CallSize.ELASTIC, then.rowsPerCall(), then.guideRowsPerCall());
    }

    /** Rows that came back; what the plan skipped is counted for finished images. */
    private Evaluations evaluations() {
        return new Evaluations(
                conditional, unconditional, guide, recipe.planned().skipped() * imagesDone);
    }
}
