package dev.sluice.engine.sampling;

import dev.sluice.engine.sampling.ImageState.Stage;
import dev.sluice.model.RowBuffers;
import java.nio.FloatBuffer;
import java.util.List;

/** A picture that is waiting for its job's others. */
final class Done implements Phase {
    private static final float[] NOTHING = {};

    private final float[] picture;

    Done(float[] picture) {
        this.picture = picture;
    }

    @Override
    public List<Role> roles() {
        return List.of();
    }

    @Override
    public void fill(Role role, RowBuffers batch) {
        throw asksForNothing();
    }

    @Override
    public void receive(Role role, FloatBuffer results, int row) {
        throw asksForNothing();
    }

    @Override
    public boolean finite() {
        throw asksForNothing();
    }

    @Override
    public Phase advance() {
        throw asksForNothing();
    }

    @Override
    public float[] values() {
        return picture;
    }

    @Override
    public ImageState snapshot() {
        return new ImageState(Stage.DONE, -1, picture.clone(), StepMemory.NOTHING, NOTHING);
    }

    private static IllegalStateException asksForNothing() {
        return new IllegalStateException("a picture that is done asks for no rows");
    }
}
