package dev.sluice.stream;

import dev.sluice.request.GenerationRequest;
import java.util.Optional;

/** Follows requests on their way through a worker, one by one. */
@FunctionalInterface
public interface RequestTraces {
    /** Follows nobody. */
    RequestTraces NONE = (request, traceparent) -> RequestTrace.NONE;

    /**
     * An attempt at a request begins. Called on a stream thread: return at once.
     *
     * @param traceparent that the publisher sent along
     */
    RequestTrace begin(GenerationRequest request, Optional<String> traceparent);
}
