package dev.sluice.storage;

import java.time.Duration;

/**
 * How long a store that does not answer is asked again. The wait before attempt {@code n + 1} is drawn evenly from
 * [0, min(longestWait, firstWait·2^(n-1))], so that workers which failed together do not come back together.
 *
 * @param attempts at most, at least 1
 * @param attemptTimeout for one attempt
 * @param budget for all attempts and the waits between them
 */
public record RetryPolicy(
        int attempts, Duration firstWait, Duration longestWait, Duration attemptTimeout, Duration budget) {
    /** Sits out two minutes of silence: what waits to be stored has been paid for. */
    public static final RetryPolicy DEFAULT = new RetryPolicy(
            32, Duration.ofMillis(100), Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(120));

    public RetryPolicy {
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts must be at least 1, not " + attempts);
        }
        requirePositive("firstWait", firstWait);
        requirePositive("longestWait", longestWait);
        requirePositive("attemptTimeout", attemptTimeout);
        requirePositive("budget", budget);
    }

    private static void requirePositive(String name, Duration duration) {
        if (!duration.isPositive()) {
            throw new IllegalArgumentException(name + " must be above 0, not " + duration);
        }
    }

    /** Upper bound of the wait after a failed attempt, numbered from 1. */
    Duration longestWaitAfter(int attempt) {
        Duration doubled = firstWait.multipliedBy(1L << Math.min(attempt - 1, 20));
        return doubled.compareTo(longestWait) < 0 ? doubled : longestWait;
    }

    /** This policy, bounded by {@code patience}. If none of that is left, it allows one short attempt. */
    RetryPolicy within(Duration patience) {
        Duration least = patience.isPositive() ? patience : Duration.ofMillis(1);
        return least.compareTo(budget) < 0
                ? new RetryPolicy(attempts, firstWait, longestWait, attemptTimeout, least)
                : this;
    }
}
