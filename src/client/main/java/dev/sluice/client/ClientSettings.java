package dev.sluice.client;

import dev.sluice.wire.Topics;
import java.util.HashMap;
import java.util.Map;

/**
 * Where a client publishes and listens.
 *
 * @param properties of the Kafka clients and of the registry's, security among them; {@code bootstrap.servers} and {@code
 *     schema.registry.url} at least
 * @param source name of the publisher, for {@code ce_source}
 * @param requests topic of {@code GenerationRequested}
 * @param cancellations topic of {@code GenerationCancelled}
 * @param completions topic of {@code GenerationCompleted}
 * @param failures topic of {@code GenerationFailed}
 */
public record ClientSettings(
        Map<String, Object> properties,
        String source,
        String requests,
        String cancellations,
        String completions,
        String failures) {
    public ClientSettings {
        properties = Map.copyOf(properties);
    }

    /** Uses the default names of topics. */
    public ClientSettings(String bootstrapServers, String registryUrl, String source) {
        this(
                Map.of("bootstrap.servers", bootstrapServers, "schema.registry.url", registryUrl),
                source,
                Topics.DEFAULT.requests(),
                Topics.DEFAULT.cancellations(),
                Topics.DEFAULT.completions(),
                Topics.DEFAULT.failures());
    }

    /** The properties, with more on top of them. */
    Map<String, Object> with(Map<String, Object> more) {
        Map<String, Object> all = new HashMap<>(properties);
        all.putAll(more);
        return all;
    }

    /** Leaves out the properties, which may hold secrets. */
    @Override
    public String toString() {
        return "ClientSettings[source=" + source + ", requests=" + requests + ", cancellations=" + cancellations
                + ", completions=" + completions + ", failures=" + failures + "]";
    }
}
