package dev.sluice.stream;

import dev.sluice.request.GenerationRequest;
import dev.sluice.state.v1.PendingRequest;
import java.time.Instant;
import java.util.Optional;

/**
 * One try at a request by this worker. Equal to itself alone: the same request, begun again, is another attempt. Immutable.
 */
public final class Attempt {
    private final GenerationRequest request;
    private final String contentHash;
    private final Instant acceptedAt;
    private final Optional<String> traceparent;

    /**
     * An attempt that has not begun.
     *
     * @param contentHash of the request as it was published
     * @param acceptedAt by the clock of the worker that accepted it, which may have been another
     * @param traceparent that the publisher sent along
     */
    Attempt(GenerationRequest request, String contentHash, Instant acceptedAt, Optional<String> traceparent) {
        this.request = request;
        this.contentHash = contentHash;
        this.acceptedAt = acceptedAt;
        this.traceparent = traceparent;
    }

    /** One at what was written down. */
    static Attempt at(PendingRequest pending, GenerationRequest request) {
        return new Attempt(
                request,
                pending.getContentHash(),
                pending.getAcceptedAt(),
                Optional.ofNullable(pending.getTraceparent()));
    }

    public GenerationRequest request() {
        return request;
    }

    String contentHash() {
        return contentHash;
    }

    Instant acceptedAt() {
        return acceptedAt;
    }

    public Optional<String> traceparent() {
        return traceparent;
    }
}
