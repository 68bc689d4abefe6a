package dev.sluice.storage;

import dev.sluice.request.GenerationRequest;
import dev.sluice.request.RequestId;
import dev.sluice.request.TenantId;

/**
 * Which image of which request.
 *
 * @param index number of the image within its request, from 0
 * @param seed the request's, carried into the stored image's description
 */
public record ImageAddress(TenantId tenant, RequestId request, int index, long seed) {
    public ImageAddress {
        if (index < 0) {
            throw new IllegalArgumentException("image numbers start at 0, not " + index);
        }
    }

    public static ImageAddress of(GenerationRequest request, int index) {
        return new ImageAddress(request.tenant(), request.id(), index, request.seed());
    }
}
