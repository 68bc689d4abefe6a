package dev.sluice.stream;

import dev.sluice.request.RequestLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeSet;

/**
 * How the worker takes part in Kafka.
 *
 * @param applicationId consumer group and prefix of the changelog topics; the same for all workers of a deployment
 * @param stateDirectory where the stores live between restarts
 * @param settleInterval how often finished jobs are settled
 * @param settledRetention how long a settled request id is remembered
 * @param retryPause how long a failed stream thread rests before its successor starts
 * @param kafka clients' and Streams' own properties, {@code bootstrap.servers} and the serializers' registry among them
 */
public record StreamSettings(
        String applicationId,
        Topics topics,
        Path stateDirectory,
        Duration settleInterval,
        Duration settledRetention,
        Duration retryPause,
        RequestLimits limits,
        Map<String, Object> kafka) {
    public StreamSettings {
        kafka = Map.copyOf(kafka);
    }

    /** Without Kafka's properties, which hold secrets. */
    @Override
    public String toString() {
        return "StreamSettings[applicationId=" + applicationId + ", topics=" + topics + ", stateDirectory="
                + stateDirectory + ", limits=" + limits + ", kafka=" + new TreeSet<>(kafka.keySet()) + "]";
    }
}
