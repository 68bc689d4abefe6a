package dev.sluice.engine;

import dev.sluice.request.BundleIdentity;
import dev.sluice.request.CallShape;
import dev.sluice.request.GenerationRequest;
import java.util.List;

/**
 * A job at the last step edges of its images: all that another engine needs to go on with the same bits. The noise is not
 * in here, for it depends on seed, image and step alone. Nothing writes to the arrays once they are in.
 *
 * @param bundle that took the steps
 * @param calls that the steps were taken in
 * @param images that were begun, by their number from 0; those after them were not
 */
public record JobSnapshot(BundleIdentity bundle, CallShape calls, List<Image> images) {
    public JobSnapshot {
        images = List.copyOf(images);
    }

    /** One image. A class, for records compare arrays by identity. */
    public static final class Image {
        private final int nextIndex;
        private final float[] x;
        private final StepMemory memory;

        /**
         * An image at the edge of a step.
         *
         * @param nextIndex the walk's evaluation to make next, counting down to 0; -1 after the last one
         * @param x {@code [C,H,W]}
         */
        Image(int nextIndex, float[] x, StepMemory memory) {
            this.nextIndex = nextIndex;
            this.x = x;
            this.memory = memory;
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

        boolean done() {
            return nextIndex < 0;
        }
    }

    /**
     * Whether this lane, going on from here, makes the images that it would make from the start.
     *
     * @param recipe the request's
     */
    boolean fits(GenerationRequest request, Recipe recipe, Lane lane) {
        boolean finished = images.size() == request.images() && images.stream().allMatch(Image::done);
        return bundle.equals(lane.bundle().identity())
                && calls.equals(lane.callShape())
                && images.size() <= request.images()
                && !finished
                && images.stream().allMatch(image -> fits(image, recipe, lane));
    }

    private static boolean fits(Image image, Recipe recipe, Lane lane) {
        return image.nextIndex() >= -1
                && image.nextIndex() < recipe.walk().length()
                && image.x().length == lane.manifest().sample().elements()
                && (image.done() || GuidedStep.fits(image.memory(), recipe, lane.manifest()));
    }
}
