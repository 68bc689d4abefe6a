package dev.sluice.engine.sampling;

import dev.sluice.engine.sampling.ImageState.Stage;
import dev.sluice.model.RowBuffers;
import java.nio.FloatBuffer;
import java.util.List;

/** Decodes a latent into a picture, in one evaluation. */
final class Decoding implements Phase {
    private static final float[] NOTHING = {};

    private final float[] latent;
    private final float[] picture;

    private Decoding(float[] latent, int pictureElements) {
        this.latent = latent;
        picture = new float[pictureElements];
    }

    /** What comes after the last sampler: the decoder where the bundle has one, for its samples are latents then. */
    static Phase orDone(SamplingInputs inputs, float[] sample) {
        return inputs.plan().decodes()
                ? new Decoding(sample, inputs.manifest().image().elements())
                : new Done(sample);
    }

    @Override
    public List<Role> roles() {
        return List.of(Role.DECODE);
    }

    @Override
    public void fill(Role role, RowBuffers batch) {
        batch.begin().put(latent);
    }

    @Override
    public void receive(Role role, FloatBuffer results, int row) {
        results.get(row * picture.length, picture);
    }

    @Override
    public boolean finite() {
        return Finite.everywhere(picture);
    }

    @Override
    public Phase advance() {
        return new Done(picture);
    }

    @Override
    public float[] values() {
        return picture;
    }

    @Override
    public ImageState snapshot() {
        return new ImageState(Stage.DECODING, -1, latent.clone(), StepMemory.NOTHING, NOTHING);
    }
}
