package dev.sluice.storage;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes an asynchronous call again while its failure is {@link StorageFault.Passing}, within a {@link RetryPolicy}.
 *
 * <p>Stateless; any thread may call. Attempts after the first start on the JDK's pool for asynchronous work.
 */
final class Retrier {
    private static final Logger LOG = LoggerFactory.getLogger(Retrier.class);

    private final RetryPolicy policy;

    Retrier(RetryPolicy policy) {
        this.policy = policy;
    }

    /**
     * Calls until it works, or more calls make no sense.
     *
     * @param what for messages: the call and what it is about
     * @return the first success, or a {@link StorageException} that tells whether the last failure was a passing one
     */
    <T> CompletableFuture<T> run(String what, Supplier<CompletableFuture<T>> call) {
        return attempt(what, call, 1, System.nanoTime());
    }

    private <T> CompletableFuture<T> attempt(
            String what, Supplier<CompletableFuture<T>> call, int attempt, long startedNanos) {
        Duration timeout = min(policy.attemptTimeout(), left(startedNanos));
        return start(call)
                .orTimeout(Math.max(1, timeout.toMillis()), TimeUnit.MILLISECONDS)
                .exceptionallyCompose(failure -> switch (StorageFault.of(failure)) {
                    case StorageFault.Passing(Throwable cause) -> again(what, call, attempt, startedNanos, cause);
                    case StorageFault.Final(StorageException refusal) -> CompletableFuture.failedFuture(refusal);
                    case StorageFault.Refused(Throwable cause) ->
                        CompletableFuture.failedFuture(
                                new StorageException(what + " was refused: " + cause.getMessage(), cause, false));
                });
    }

    private <T> CompletableFuture<T> again(
            String what, Supplier<CompletableFuture<T>> call, int attempt, long startedNanos, Throwable cause) {
        Duration wait = Duration.ofNanos(ThreadLocalRandom.current()
                .nextLong(policy.longestWaitAfter(attempt).toNanos() + 1));
        if (attempt == policy.attempts() || wait.compareTo(left(startedNanos)) >= 0) {
            return CompletableFuture.failedFuture(new StorageException(
                    what + " failed after " + attempt + " attempts: " + reason(cause), cause, true));
        }
        LOG.warn("event=storage_retried call=\"{}\" attempt={} cause=\"{}\"", what, attempt, reason(cause));
        Executor later = CompletableFuture.delayedExecutor(wait.toNanos(), TimeUnit.NANOSECONDS);
        return CompletableFuture.runAsync(() -> {}, later)
                .thenCompose(waited -> attempt(what, call, attempt + 1, startedNanos));
    }

    private String reason(Throwable cause) {
        return cause instanceof TimeoutException
                ? "no answer within " + policy.attemptTimeout()
                : String.valueOf(cause.getMessage());
    }

    private static <T> CompletableFuture<T> start(Supplier<CompletableFuture<T>> call) {
        try {
            return call.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(new CompletionException(e));
        }
    }

    private Duration left(long startedNanos) {
        return policy.budget().minusNanos(System.nanoTime() - startedNanos);
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
