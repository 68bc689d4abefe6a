package dev.sluice.storage;

import java.time.Duration;
import java.util.Optional;
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
 * Makes an asynchronous call again while its failure is {@link StorageFault.Passing}, within a {@link RetryPolicy}. One that
 * asks again where it was {@link StorageFault.Denied} has new credentials looked for first.
 *
 * <p>Any thread may call. Attempts after the first start on the JDK's pool for asynchronous work.
 */
final class Retrier {
    private static final Logger LOG = LoggerFactory.getLogger(Retrier.class);

    private final RetryPolicy policy;
    private final StorageCounters counters;
    private final Optional<Runnable> whenDenied;

    /** A retrier that gives up at the first denial. */
    Retrier(RetryPolicy policy) {
        this(policy, new StorageCounters(), Optional.empty());
    }

    /** @param whenDenied called before a call that was denied is made again, on any thread */
    Retrier(RetryPolicy policy, StorageCounters counters, Runnable whenDenied) {
        this(policy, counters, Optional.of(whenDenied));
    }

    private Retrier(RetryPolicy policy, StorageCounters counters, Optional<Runnable> whenDenied) {
        this.policy = policy;
        this.counters = counters;
        this.whenDenied = whenDenied;
    }

    StorageCounters counters() {
        return counters;
    }

    /**
     * Calls until it works, or more calls make no sense.
     *
     * @param what for messages: the call and what it is about
     * @return the first success, or a {@link StorageException} that tells whether the last failure was a passing one
     */
    <T> CompletableFuture<T> run(String what, Supplier<CompletableFuture<T>> call) {
        return run(what, policy.budget(), call);
    }

    /**
     * Calls until it works, or more calls make no sense.
     *
     * @param patience shortens the policy's budget where it is less
     */
    <T> CompletableFuture<T> run(String what, Duration patience, Supplier<CompletableFuture<T>> call) {
        return new Attempts<>(what, policy.within(patience), call).next();
    }

    /** The attempts at one call, one after the other. */
    private final class Attempts<T> {
        private final String what;
        private final RetryPolicy limits;
        private final Supplier<CompletableFuture<T>> call;
        private final long startedNanos = System.nanoTime();

        /** Made so far. Whichever thread starts an attempt writes it; the future of the attempt before it hands it on. */
        private int made;

        /** The failures so far, summed up; written as {@link #made} is. */
        private Optional<Seen> seen = Optional.empty();

        Attempts(String what, RetryPolicy limits, Supplier<CompletableFuture<T>> call) {
            this.what = what;
            this.limits = limits;
            this.call = call;
        }

        CompletableFuture<T> next() {
            made++;
            counters.attempted();
            Duration timeout = min(limits.attemptTimeout(), left());
            return start().orTimeout(Math.max(1, timeout.toMillis()), TimeUnit.MILLISECONDS)
                    .exceptionallyCompose(failure -> switch (StorageFault.of(failure)) {
                        case StorageFault.Passing(Throwable cause) -> again(cause, timeout);
                        case StorageFault.Denied(Throwable cause)
                        when whenDenied.isPresent() -> {
                            whenDenied.get().run();
                            yield again(cause, timeout);
                        }
                        case StorageFault.Denied(Throwable cause) -> refused(cause, timeout);
                        case StorageFault.Final(StorageException refusal) -> giveUp(refusal);
                        case StorageFault.Refused(Throwable cause) -> refused(cause, timeout);
                    });
        }

        private CompletableFuture<T> again(Throwable cause, Duration timeout) {
            Seen now = new Seen(cause, StorageFault.describe(cause, timeout), timeout);
            Seen all = seen.map(earlier -> earlier.and(now, limits.attemptTimeout()))
                    .orElse(now);
            seen = Optional.of(all);
            Duration wait = Duration.ofNanos(ThreadLocalRandom.current()
                    .nextLong(limits.longestWaitAfter(made).toNanos() + 1));
            if (made == limits.attempts() || wait.compareTo(left()) >= 0) {
                String attempts = made + (made == 1 ? " attempt" : " attempts");
                return giveUp(new StorageException(
                        what + " failed after " + attempts + ": " + all.reason(), all.cause(), true));
            }
            counters.retried();
            LOG.warn("event=storage_retried call=\"{}\" attempt={} cause=\"{}\"", what, made, now.reason());
            Executor later = CompletableFuture.delayedExecutor(wait.toNanos(), TimeUnit.NANOSECONDS);
            return CompletableFuture.runAsync(() -> {}, later).thenCompose(waited -> next());
        }

        private CompletableFuture<T> refused(Throwable cause, Duration timeout) {
            String reason = StorageFault.describe(cause, timeout);
            return giveUp(new StorageException(what + " was refused at attempt " + made + ": " + reason, cause, false));
        }

        private CompletableFuture<T> giveUp(StorageException failure) {
            counters.failed();
            return CompletableFuture.failedFuture(failure);
        }

        private CompletableFuture<T> start() {
            try {
                return call.get();
            } catch (RuntimeException e) {
                return CompletableFuture.failedFuture(new CompletionException(e));
            }
        }

        private Duration left() {
            return limits.budget().minusNanos(System.nanoTime() - startedNanos);
        }
    }

    /**
     * Failures, as they are to be told of at the end.
     *
     * @param reason in words
     * @param timeout that the last of them had
     */
    private record Seen(Throwable cause, String reason, Duration timeout) {
        /** Silence tells less than an answer before it; silence after no time at all, as the budget was used up, tells nothing. */
        Seen and(Seen later, Duration wholeTimeout) {
            if (!(later.cause() instanceof TimeoutException)) {
                return later;
            }
            if (later.timeout().compareTo(wholeTimeout) < 0) {
                return this;
            }
            if (cause instanceof TimeoutException) {
                return later;
            }
            String silence = "; then " + later.reason();
            return reason.endsWith(silence) ? this : new Seen(cause, reason + silence, later.timeout());
        }
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
