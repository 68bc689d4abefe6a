package dev.sluice.engine;

import dev.sluice.diffusion.NoiseStream;
import dev.sluice.engine.Row.Role;
import dev.sluice.model.RowBuffers;
import java.nio.FloatBuffer;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * One image under way. Between two steps it asks for the rows of the next one; when all have come back it takes the
 * step. Which rows and what step, its {@link Phase} says. Confined to the engine's loop.
 */
final class Trajectory implements Requester {
    private final Job job;
    private Phase phase;
    /** Rows of this step that have not come back. */
    private int outstanding;

    private Trajectory(Job job, Phase phase) {
        this.job = job;
        this.phase = phase;
    }

    /**
     * An image before its first step.
     *
     * @param image its number, which keys its noise
     * @param noiseMaker makes noise ahead of need
     */
    static Trajectory start(Job job, int image, Executor noiseMaker) {
        NoiseStream stream = new NoiseStream(job.request().seed(), image);
        return new Trajectory(job, Denoising.start(job, stream, noiseMaker));
    }

    /** An image as another engine left it, possibly after its last step. */
    static Trajectory resume(Job job, int image, Executor noiseMaker, JobSnapshot.Image from) {
        NoiseStream stream = new NoiseStream(job.request().seed(), image);
        return new Trajectory(
                job,
                switch (from.stage()) {
                    case DENOISING -> Denoising.resume(job, stream, noiseMaker, from);
                    case UPSAMPLING ->
                        Upsampling.resume(job, job.samplingPlan().upsampler().orElseThrow(), from);
                    case DECODING -> Decoding.orDone(job, from.x().clone());
                    case DONE -> new Done(from.x());
                });
    }

    JobSnapshot.Image snapshot() {
        return phase.snapshot();
    }

    @Override
    public Job job() {
        return job;
    }

    boolean done() {
        return phase instanceof Done;
    }

    /** The finished picture, once {@link #done}. */
    float[] picture() {
        return phase.values();
    }

    @Override
    public void requestRows(Consumer<Row> queue) {
        for (Role role : phase.roles()) {
            outstanding++;
            queue.accept(new Row(this, role));
        }
    }

    @Override
    public void fill(Role role, RowBuffers batch) {
        phase.fill(role, batch);
    }

    @Override
    public boolean receive(Role role, FloatBuffer results, int row) {
        phase.receive(role, results, row);
        outstanding--;
        return outstanding == 0;
    }

    /**
     * Takes the step, if its rows are finite.
     *
     * @return whether they are, and what it made is finite everywhere
     */
    boolean step() {
        Phase before = phase;
        if (!before.finite()) {
            return false;
        }
        phase = before.advance();
        return Finite.everywhere(before.values());
    }
}
