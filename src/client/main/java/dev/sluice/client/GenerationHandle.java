package dev.sluice.client;

import java.util.concurrent.CompletableFuture;

/** A request that was published, to be awaited or cancelled. May be shared by threads. */
public final class GenerationHandle {
    private final String requestId;
    private final CompletableFuture<GenerationOutcome> outcome;

    GenerationHandle(String requestId, CompletableFuture<GenerationOutcome> outcome) {
        this.requestId = requestId;
        this.outcome = outcome;
    }

    public String requestId() {
        return requestId;
    }

    /**
     * Completes with the outcome, or with the failure that keeps the client from learning of it. The caller may cancel
     * it without effect on others.
     */
    public CompletableFuture<GenerationOutcome> outcome() {
        return outcome.copy();
    }
}
