package dev.sluice.engine.checkpoint;

import dev.sluice.engine.sampling.ImageState;
import dev.sluice.engine.sampling.SamplingPlan;
import dev.sluice.model.Bundle;
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
public record JobSnapshot(BundleIdentity bundle, BatchShape batches, List<ImageState> images) {
    public JobSnapshot {
        images = List.copyOf(images);
    }

    /**
     * Whether this bundle, going on from here, makes the images that it would make from the start.
     *
     * @param samplingPlan the request's
     * @param shape of the bundle's batches
     */
    public boolean fits(GenerationRequest request, SamplingPlan samplingPlan, Bundle inService, BatchShape shape) {
        boolean finished = images.size() == request.images() && images.stream().allMatch(ImageState::done);
        return bundle.equals(inService.identity())
                && batches.equals(shape)
                && images.size() <= request.images()
                && !finished
                && images.stream().allMatch(image -> image.fits(samplingPlan, inService.manifest()));
    }
}
