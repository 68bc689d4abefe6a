package dev.sluice.engine.sampling;

import dev.sluice.model.BundleManifest;

/**
 * An image at the edge of a step: all that is needed to go on with it, but for the noise, which depends on seed, image and step
 * alone. A class, for records compare arrays by identity; nothing writes to the arrays once they are in.
 */
public final class ImageState {
    /** How far an image is. */
    public enum Stage {
        DENOISING,
        UPSAMPLING,
        DECODING,
        DONE
    }

    private final Stage stage;
    private final int nextIndex;
    private final float[] x;
    private final StepMemory memory;
    private final float[] low;

    /**
     * An image at the edge of a step.
     *
     * @param nextIndex the stage's evaluation to make next, counting down to 0; -1 after the last one
     * @param x what the last step made: the first stage's sample, the larger one, a latent to be decoded, or the
     *     picture
     * @param memory of the first stage's steps; nothing after it
     * @param low what the upsampler looks at; empty in any other stage
     */
    public ImageState(Stage stage, int nextIndex, float[] x, StepMemory memory, float[] low) {
        this.stage = stage;
        this.nextIndex = nextIndex;
        this.x = x;
        this.memory = memory;
        this.low = low;
    }

    public Stage stage() {
        return stage;
    }

    public int nextIndex() {
        return nextIndex;
    }

    public float[] x() {
        return x;
    }

    public StepMemory memory() {
        return memory;
    }

    public float[] low() {
        return low;
    }

    public boolean done() {
        return stage == Stage.DONE;
    }

    /** The first stage's evaluation to make next; -1 after its last. */
    public int nextDenoisingIndex() {
        return stage == Stage.DENOISING ? nextIndex : -1;
    }

    /** Steps of the second stage that were taken. */
    public int upsamplerSteps(SamplingPlan samplingPlan) {
        return switch (stage) {
            case DENOISING -> 0;
            case UPSAMPLING -> samplingPlan.upsamplerSteps() - 1 - nextIndex;
            case DECODING, DONE -> samplingPlan.upsamplerSteps();
        };
    }

    /** Steps that were taken in all, a decoding being one. */
    public int stepsTaken(SamplingPlan samplingPlan) {
        int denoising = samplingPlan.samplingSchedule().length() - 1 - nextDenoisingIndex();
        int decoding = done() && samplingPlan.decodes() ? 1 : 0;
        return denoising + upsamplerSteps(samplingPlan) + decoding;
    }

    /** Whether an image of this plan, on such a bundle, can be in this state. */
    public boolean fits(SamplingPlan samplingPlan, BundleManifest manifest) {
        int lowElements = stage == Stage.UPSAMPLING ? manifest.sample().elements() : 0;
        return low.length == lowElements
                && switch (stage) {
                    case DENOISING ->
                        isStepOf(samplingPlan.samplingSchedule().length())
                                && x.length == manifest.sample().elements()
                                && GuidedStep.fits(memory, samplingPlan, manifest);
                    case UPSAMPLING ->
                        isStepOf(samplingPlan.upsamplerSteps())
                                && x.length == manifest.lastSample().elements();
                    case DECODING ->
                        samplingPlan.decodes()
                                && x.length == manifest.lastSample().elements();
                    case DONE -> x.length == manifest.image().elements();
                };
    }

    private boolean isStepOf(int steps) {
        return nextIndex >= 0 && nextIndex < steps;
    }
}
