package dev.sluice.engine.sampling;

import dev.sluice.diffusion.LowResolution;
import dev.sluice.diffusion.NoiseStream;
import dev.sluice.engine.sampling.ImageState.Stage;
import dev.sluice.model.RowBuffers;
import java.nio.FloatBuffer;
import java.util.List;

/** The second stage: from noise to a larger sample, with the small one to look at. Unguided and without further noise. */
final class Upsampling implements Phase {
    private static final float[] NOTHING = {};

    private final SamplingInputs inputs;
    private final UpsamplerPlan plan;
    /** The first stage's sample, in steps of a picture's levels. */
    private final float[] low;

    private final float[] x;
    private final float[] prediction;
    /** The step to take next; -1 after the last. */
    private int index;

    private Upsampling(SamplingInputs inputs, UpsamplerPlan plan, float[] low, float[] x, int index) {
        this.inputs = inputs;
        this.plan = plan;
        this.low = low;
        this.x = x;
        this.index = index;
        prediction = new float[plan.predictionElements()];
    }

    /**
     * Before the first step.
     *
     * @param sample that the first stage left
     */
    static Upsampling start(SamplingInputs inputs, UpsamplerPlan plan, NoiseStream stream, float[] sample) {
        float[] x = new float[plan.elements()];
        stream.fillInitialOfUpsampler(x);
        float scale = (float) plan.noiseScale();
        for (int e = 0; e < x.length; e++) {
            x[e] *= scale;
        }
        return new Upsampling(inputs, plan, LowResolution.of(sample), x, plan.steps() - 1);
    }

    /** Where another engine left it. */
    static Upsampling resume(SamplingInputs inputs, UpsamplerPlan plan, ImageState from) {
        return new Upsampling(inputs, plan, from.low().clone(), from.x().clone(), from.nextIndex());
    }

    @Override
    public List<Role> roles() {
        return List.of(Role.UPSAMPLE);
    }

    @Override
    public void fill(Role role, RowBuffers batch) {
        batch.begin().put(x).put(plan.tables().originalTimestep(index)).put(low);
        inputs.contexts().put(inputs.plan().conditioning(role), batch);
    }

    @Override
    public void receive(Role role, FloatBuffer results, int row) {
        results.get(row * prediction.length, prediction);
    }

    @Override
    public boolean finite() {
        return Finite.everywhere(prediction);
    }

    @Override
    public Phase advance() {
        plan.sampler().step(index, x, prediction, null, 0, NOTHING);
        index--;
        return index >= 0 ? this : Decoding.orDone(inputs, x);
    }

    @Override
    public float[] values() {
        return x;
    }

    @Override
    public ImageState snapshot() {
        return new ImageState(Stage.UPSAMPLING, index, x.clone(), StepMemory.NOTHING, low.clone());
    }
}
