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
    private static final float[] NO_NOISE = {};

    private final Job job;
    private final GuidedStep guidedStep;
    private final StepNoise noise;
    private final float[] x;
    /** The step to take next, T-1 … 0; -1 when done. */
    private int index;
    /** Rows of this step that have not come back. */
    private int outstanding;

    /**
     * An image before its first step.
     *
     * @param image its number within the request
     * @param noiseMaker makes noise ahead of need
     */
    Trajectory(Job job, int image, Executor noiseMaker) {
        this.job = job;
        int elements = job.lane().manifest().sample().elements();
        guidedStep = new GuidedStep(job.recipe(), elements, job.lane().manifest());
        NoiseStream stream = new NoiseStream(job.request().seed(), image);
        noise = new StepNoise(stream, elements, noiseMaker);
        x = new float[elements];
        stream.fillInitial(x);
        index = job.recipe().plan().steps() - 1;
        prepareNoise();
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

    /** Asks for the rows of the next step. */
    void requestRows(Consumer<Row> queue) {
        for (Role role : guidedStep.roles(index)) {
            outstanding++;
            queue.accept(new Row(this, role));
        }
    }

    /** Writes this trajectory's input for a row into a call. */
    void fill(Role role, RowBuffers call) {
        call.add(x, job.recipe().tables().originalTimestep(index), job.recipe().condition(role));
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
        guidedStep.apply(index, x, needsNoise() ? noise.take() : NO_NOISE);
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
        return job.recipe().sampler().needsNoise(index);
    }
}
