package dev.sluice.engine.sampling;

import dev.sluice.diffusion.NoiseStream;
import dev.sluice.engine.sampling.ImageState.Stage;
import dev.sluice.model.RowBuffers;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.concurrent.Executor;

/** The first stage: from noise to a sample, guided as the request's plan says. */
final class Denoising implements Phase {
    private static final float[] NOTHING = {};

    private final SamplingInputs inputs;
    private final NoiseStream stream;
    private final GuidedStep guidedStep;
    private final StepNoise noise;
    private final float[] x;
    /** The sampling schedule's evaluation to make next, counting down to 0; -1 after the last. */
    private int index;

    private Denoising(SamplingInputs inputs, NoiseStream stream, Executor noiseMaker, int index) {
        this.inputs = inputs;
        this.stream = stream;
        this.index = index;
        int elements = inputs.manifest().sample().elements();
        guidedStep = new GuidedStep(inputs.plan(), inputs.manifest());
        noise = new StepNoise(stream, elements, noiseMaker);
        x = new float[elements];
        prepareNoise();
    }

    /** Before the first step. */
    static Denoising start(SamplingInputs inputs, NoiseStream stream, Executor noiseMaker) {
        Denoising phase = new Denoising(
                inputs, stream, noiseMaker, inputs.plan().samplingSchedule().length() - 1);
        stream.fillInitial(phase.x);
        return phase;
    }

    /** Where another engine left it. */
    static Denoising resume(SamplingInputs inputs, NoiseStream stream, Executor noiseMaker, ImageState from) {
        Denoising phase = new Denoising(inputs, stream, noiseMaker, from.nextIndex());
        System.arraycopy(from.x(), 0, phase.x, 0, phase.x.length);
        phase.guidedStep.restore(from.memory());
        return phase;
    }

    @Override
    public List<Role> roles() {
        return guidedStep.roles(index);
    }

    @Override
    public void fill(Role role, RowBuffers batch) {
        SamplingPlan samplingPlan = inputs.plan();
        batch.begin().put(x).put(samplingPlan.samplingSchedule().timestep(index));
        inputs.contexts().put(samplingPlan.conditioning(role), batch);
    }

    @Override
    public void receive(Role role, FloatBuffer results, int row) {
        guidedStep.receive(role, results, row);
    }

    @Override
    public boolean finite() {
        return guidedStep.finite(index);
    }

    @Override
    public Phase advance() {
        guidedStep.apply(index, x, needsNoise() ? noise.take() : NOTHING);
        index--;
        if (index >= 0) {
            prepareNoise();
            return this;
        }
        return inputs.plan()
                .upsampler()
                .<Phase>map(upsampler -> Upsampling.start(inputs, upsampler, stream, x))
                .orElseGet(() -> Decoding.orDone(inputs, x));
    }

    @Override
    public float[] values() {
        return x;
    }

    @Override
    public ImageState snapshot() {
        return new ImageState(Stage.DENOISING, index, x.clone(), guidedStep.memory(), NOTHING);
    }

    private void prepareNoise() {
        if (needsNoise()) {
            noise.prepare(index);
        }
    }

    private boolean needsNoise() {
        return inputs.plan().samplingSchedule().needsNoise(index);
    }
}
