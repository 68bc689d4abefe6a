package dev.sluice.stream;

import dev.sluice.wire.RequestLimits;
import dev.sluice.wire.Topics;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;

/**
 * How the worker takes part in Kafka.
 *
 * @param applicationId consumer group and prefix of the changelog topics; the same for all workers of a deployment
 * @param stateDirectory where the stores live between restarts
 * @param leaveGroup whether a worker that stops leaves the group, so that others take over at once; where it is
 *     replaced it rather stays, and its successor of the same {@code group.instance.id} goes on without a rebalance
 * @param kafka clients' and Streams' own properties, {@code bootstrap.servers} and the serializers' registry among them
 */
public record StreamSettings(
        String applicationId,
        Topics topics,
        Path stateDirectory,
        SettleSettings settle,
        boolean leaveGroup,
        RequestLimits limits,
        Map<String, Object> kafka) {
    public StreamSettings {
        kafka = Map.copyOf(kafka);
    }

    /** Leaves out Kafka's properties, which hold secrets. */
    @Override
    public String toString() {
        return "StreamSettings[applicationId=" + applicationId + ", topics=" + topics + ", stateDirectory="
                + stateDirectory + ", limits=" + limits + ", kafka=" + new TreeSet<>(kafka.keySet()) + "]";
    }
}
