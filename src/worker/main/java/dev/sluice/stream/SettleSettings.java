package dev.sluice.stream;

import java.time.Duration;

/**
 * How requests are brought to their outcome.
 *
 * @param interval how often finished jobs are settled
 * @param retention how long a settled request id is remembered
 * @param retryPause how long a failed stream thread rests before its successor starts
 * @param timeBudget how long one attempt at a request may take, sampling and storing
 * @param attempts how often a request is begun before it counts as what kills the workers; at least 3
 */
public record SettleSettings(
        Duration interval, Duration retention, Duration retryPause, Duration timeBudget, int attempts) {
    public static final SettleSettings DEFAULT = new SettleSettings(
            Duration.ofMillis(100), Duration.ofHours(24), Duration.ofSeconds(2), Duration.ofHours(1), 8);

    public SettleSettings {
        if (attempts < 3) {
            throw new IllegalArgumentException("attempts must be at least 3, not " + attempts);
        }
    }
}
