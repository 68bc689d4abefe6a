package dev.sluice.client;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Requests whose outcome somebody waits for. Publishers open, one consumer settles; any thread may do either. */
final class OpenRequests {
    private final Map<String, CompletableFuture<GenerationOutcome>> open = new ConcurrentHashMap<>();
    private volatile @Nullable RuntimeException failure;

    /**
     * A handle for a request; the same wait for the same id.
     *
     * @throws IllegalStateException where no outcome can be heard of any more
     */
    GenerationHandle open(String requestId) {
        CompletableFuture<GenerationOutcome> outcome = open.computeIfAbsent(requestId, id -> new CompletableFuture<>());
        RuntimeException reason = failure;
        if (reason != null) {
            forget(requestId);
            throw new IllegalStateException("this client can't read outcomes: " + reason.getMessage(), reason);
        }
        return new GenerationHandle(requestId, outcome);
    }

    boolean isOpen(String requestId) {
        return open.containsKey(requestId);
    }

    void settle(String requestId, GenerationOutcome outcome) {
        Optional.ofNullable(open.remove(requestId)).ifPresent(waiting -> waiting.complete(outcome));
    }

    void fail(String requestId, RuntimeException reason) {
        Optional.ofNullable(open.remove(requestId)).ifPresent(waiting -> waiting.completeExceptionally(reason));
    }

    /** Drops a request that nobody waits for any more. */
    void forget(String requestId) {
        open.remove(requestId);
    }

    /** Closes for good: all open requests fail, and none can be opened. */
    void failAll(RuntimeException reason) {
        failure = reason;
        open.keySet().forEach(requestId -> fail(requestId, reason));
    }
}
