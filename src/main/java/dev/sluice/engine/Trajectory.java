package dev.sluice.engine;

import dev.sluice.diffusion.NoiseStream;
import dev.sluice.engine.Row.Role;
import dev.sluice.model.RowBuffers;
import java.nio.FloatBuffer;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * One image under way. Between two steps it asks for the rows of the next one; when all have come back it takes the
 * step. Confined to the engine's thread.
 */
final class Trajectory {
    private static final float[] NOTHING = {};

    private final Job job;
    private final GuidedStep guidedStep;
    private final StepNoise noise;
    private final float[] x;
    /** The next evaluation of the walk, counting down to 0; -1 when done. */
    private int index;
    /** Rows of this evaluation that have not come back. */
    private int outstanding;

    private Trajectory(Job job, NoiseStream stream, Executor noiseMaker, int index) {
        this.job = job;
        this.index = index;
        int elements = job.lane().manifest().sample().elements();
        guidedStep = new GuidedStep(job.recipe(), job.lane().manifest());
        noise = new StepNoise(stream, elements, noiseMaker);
        x = new float[elements];
        prepareNoise();
    }

    /**
     * An image before its first step.
     *
     * @param image its number within the request
     * @param noiseMaker makes noise ahead of need
     */
    static Trajectory start(Job job, int image, Executor noiseMaker) {
        NoiseStream stream = new NoiseStream(job.request().seed(), image);
        Trajectory trajectory =
                new Trajectory(job, stream, noiseMaker, job.recipe().walk().length() - 1);
        stream.fillInitial(trajectory.x);
        return trajectory;
    }

    /** The same image where another engine left it, maybe after its last step. */
    static Trajectory resume(Job job, int image, Executor noiseMaker, JobSnapshot.Image from) {
        NoiseStream stream = new NoiseStream(job.request().seed(), image);
        Trajectory trajectory = new Trajectory(job, stream, noiseMaker, from.nextIndex());
        System.arraycopy(from.x(), 0, trajectory.x, 0, trajectory.x.length);
        if (!from.done()) {
            trajectory.guidedStep.restore(from.memory());
        }
        return trajectory;
    }

    /** The image as of its last step's edge: x does not change within a step. */
    JobSnapshot.Image snapshot() {
        return new JobSnapshot.Image(index, x.clone(), done() ? StepMemory.NOTHING : guidedStep.memory());
    }

    Job job() {
        return job;
    }

    boolean done() {
        return index < 0;
    }

    float[] sample() {
        return x;
    }

    /** Asks for the rows of the next step, if there is one. */
    void requestRows(Consumer<Row> queue) {
        if (done()) {
            return;
        }
        for (Role role : guidedStep.roles(index)) {
            outstanding++;
            queue.accept(new Row(this, role));
        }
    }

    /** Writes this trajectory's input for a row into a call. */
    void fill(Role role, RowBuffers call) {
        call.add(x, job.recipe().walk().timestep(index), job.recipe().condition(role));
    }

    /**
     * Takes a row's result.
     *
     * @param results of the whole call
     * @param row place of this row in the call
     * @return whether the step can be taken now
     */
    boolean receive(Role role, FloatBuffer results, int row) {
        guidedStep.receive(role, results, row);
        outstanding--;
        return outstanding == 0;
    }

    /**
     * Takes the step.
     *
     * @return whether x is still finite everywhere
     */
    boolean step() {
        guidedStep.apply(index, x, needsNoise() ? noise.take() : NOTHING);
        index--;
        prepareNoise();
        for (float value : x) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    private void prepareNoise() {
        if (!done() && needsNoise()) {
            noise.prepare(index);
        }
    }

    private boolean needsNoise() {
        return job.recipe().walk().needsNoise(index);
    }
}
