package dev.sluice.storage;

import dev.sluice.request.BundleIdentity;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.RequestIdentity;

/**
 * Which image of which request.
 *
 * @param bundle that makes it
 * @param index number of the image, from 0
 * @param seed the request's, carried into the stored image's description
 */
public record ImageAddress(RequestIdentity request, BundleIdentity bundle, int index, long seed) {
    public ImageAddress {
        if (index < 0) {
            throw new IllegalArgumentException("image numbers start at 0, not " + index);
        }
    }

    /**
     * One of the request's images.
     *
     * @param contentHash of the request as it was published
     */
    public static ImageAddress of(GenerationRequest request, String contentHash, BundleIdentity bundle, int index) {
        return new ImageAddress(RequestIdentity.of(request, contentHash), bundle, index, request.seed());
    }
}
