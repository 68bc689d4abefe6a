package dev.sluice.request;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One request for images. All of its images are made, or none.
 *
 * @param model name of the bundle
 * @param images how many, at least 1; each has its own noise, keyed by its number
 * @param firstImage number of the first one, from 0: the others follow. An image is the same bits whichever request made it
 * @param seed keys the noise: the same request with the same seed gives the same images
 * @param deadline after which the images are of no use; checked at step edges
 * @param tags the publisher's own, carried into the events
 */
public record GenerationRequest(
        RequestId id,
        TenantId tenant,
        String model,
        Prompt prompt,
        int images,
        int firstImage,
        long seed,
        SamplerSettings sampler,
        Guidance guidance,
        Priority priority,
        Optional<Instant> deadline,
        Map<String, String> tags) {
    public GenerationRequest {
        Fields.requireText("model", model);
        if (images < 1) {
            throw new InvalidFieldException(
                    FailureCode.IMAGES_OUT_OF_RANGE, "images", "images must be at least 1, not " + images);
        }
        if (firstImage < 0 || firstImage > Integer.MAX_VALUE - images) {
            throw new InvalidFieldException(
                    FailureCode.IMAGES_OUT_OF_RANGE,
                    "firstImage",
                    "firstImage must be from 0 to " + (Integer.MAX_VALUE - images) + ", not " + firstImage);
        }
        tags = Map.copyOf(tags);
    }
}
