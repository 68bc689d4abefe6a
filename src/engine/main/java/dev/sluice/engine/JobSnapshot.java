package dev.sluice.engine;

import dev.sluice.model.BundleManifest;
import dev.sluice.request.BatchShape;
import dev.sluice.request.BundleIdentity;
import dev.sluice.request.GenerationRequest;
import java.util.List;

/**
 * A job at the last step edges of its images: all that another engine needs to go on with the same bits. The noise is not
 * in here, for it depends on seed, image and step alone. Nothing writes to the arrays once they are in.
 *
 * @param bundle that took the steps
 * @param batches that the steps were taken in
 * @param images that were begun, from the request's first on; those after them were not
 */
public record JobSnapshot(BundleIdentity bundle, BatchShape batches, List<Image> images) {
    public JobSnapshot {
        images = List.copyOf(images);
    }

    /** How far an image is. */
    enum Stage {
        DENOISING,
        UPSAMPLING,
        DECODING,
        DONE
    }

    /** One image. A class, for records compare arrays by identity. */
    public static final class Image {
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
        Image(Stage stage, int nextIndex, float[] x, StepMemory memory, float[] low) {
            this.stage = stage;
            this.nextIndex = nextIndex;
            this.x = x;
            this.memory = memory;
            this.low = low;
        }

        Stage stage() {
            return stage;
        }

        int nextIndex() {
            return nextIndex;
        }

        float[] x() {
            return x;
        }

        StepMemory memory() {
            return memory;
        }

        float[] low() {
            return low;
        }

        boolean done() {
            return stage == Stage.DONE;
        }

        /** The first stage's evaluation to make next; -1 after its last. */
        int nextDenoisingIndex() {
            return stage == Stage.DENOISING ? nextIndex : -1;
        }

        /** Steps of the second stage that were taken. */
        int upsamplerSteps(SamplingPlan samplingPlan) {
            return switch (stage) {
                case DENOISING -> 0;
                case UPSAMPLING -> samplingPlan.upsamplerSteps() - 1 - nextIndex;
                case DECODING, DONE -> samplingPlan.upsamplerSteps();
            };
        }

        /** Steps that were taken in all, a decoding being one. */
        int stepsTaken(SamplingPlan samplingPlan) {
            int denoising = samplingPlan.samplingSchedule().length() - 1 - nextDenoisingIndex();
            int decoding = done() && samplingPlan.decodes() ? 1 : 0;
            return denoising + upsamplerSteps(samplingPlan) + decoding;
        }

        private boolean fits(SamplingPlan samplingPlan, BundleManifest manifest) {
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

    /**
     * Whether this queue, going on from here, makes the images that it would make from the start.
     *
     * @param samplingPlan the request's
     */
    boolean fits(GenerationRequest request, SamplingPlan samplingPlan, BundleQueue queue) {
        boolean finished = images.size() == request.images() && images.stream().allMatch(Image::done);
        return bundle.equals(queue.bundle().identity())
                && batches.equals(queue.callShape())
                && images.size() <= request.images()
                && !finished
                && images.stream().allMatch(image -> image.fits(samplingPlan, queue.manifest()));
    }
}
