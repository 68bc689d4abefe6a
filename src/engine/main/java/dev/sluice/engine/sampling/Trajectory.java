package dev.sluice.engine.sampling;

import dev.sluice.diffusion.NoiseStream;
import dev.sluice.model.RowBuffers;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * One image under way. Between two steps it asks for the rows of the next one; when all have come back it takes the
 * step. Which rows and what step, its {@link Phase} says. Confined to the engine's loop.
 */
public final class Trajectory implements RowSource {
    private Phase phase;
    /** Rows of this step that have not come back. */
    private int outstanding;

    private Trajectory(Phase phase) {
        this.phase = phase;
    }

    /**
     * An image before its first step.
     *
     * @param noise the image's own
     * @param noiseMaker makes noise ahead of need
     */
    public static Trajectory start(SamplingInputs inputs, NoiseStream noise, Executor noiseMaker) {
        return new Trajectory(Denoising.start(inputs, noise, noiseMaker));
    }

    /** An image as another engine left it, possibly after its last step. */
    public static Trajectory resume(SamplingInputs inputs, NoiseStream noise, Executor noiseMaker, ImageState from) {
        return new Trajectory(
                switch (from.stage()) {
                    case DENOISING -> Denoising.resume(inputs, noise, noiseMaker, from);
                    case UPSAMPLING ->
                        Upsampling.resume(inputs, inputs.plan().upsampler().orElseThrow(), from);
                    case DECODING -> Decoding.orDone(inputs, from.x().clone());
                    case DONE -> new Done(from.x());
                });
    }

    /** The image as of its last step's edge. */
    public ImageState snapshot() {
        return phase.snapshot();
    }

    public boolean done() {
        return phase instanceof Done;
    }

    /** The finished picture, once {@link #done}. */
    public float[] picture() {
        return phase.values();
    }

    @Override
    public List<Role> requestRows() {
        List<Role> roles = phase.roles();
        outstanding += roles.size();
        return roles;
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
    public boolean step() {
        Phase before = phase;
        if (!before.finite()) {
            return false;
        }
        phase = before.advance();
        return Finite.everywhere(before.values());
    }
}
