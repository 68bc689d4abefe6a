package dev.sluice.cli;

import dev.sluice.client.ClientSettings;
import dev.sluice.wire.AvroConfig;
import dev.sluice.wire.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Where a publisher finds Kafka, the registry and the topics.
 *
 * @param properties of the Kafka client and the registry's besides, secrets among them
 */
public record Addresses(String kafka, String registry, Topics topics, Map<String, Object> properties) {
    public Addresses {
        properties = Map.copyOf(properties);
    }

    /** Addresses of servers that need no credentials. */
    public Addresses(String kafka, String registry, Topics topics) {
        this(kafka, registry, topics, Map.of());
    }

    /**
     * Addresses for clients that give up about as soon as a command does. What the properties say still holds, and so
     * do shorter bounds of the clients' own.
     */
    Addresses within(Duration patience) {
        long millis = patience.toMillis();
        Map<String, Object> bounded = new HashMap<>(Map.of(
                AvroConfig.RETRY_BUDGET_MS,
                Math.min(60_000, millis),
                AvroConfig.REQUEST_TIMEOUT_MS,
                Math.min(5_000, millis / 2),
                AvroConfig.ANSWER_PATIENCE_MS,
                Math.min(10_000, millis / 2),
                "request.timeout.ms",
                Math.min(10_000, millis / 2),
                "delivery.timeout.ms",
                Math.min(30_000, millis),
                "max.block.ms",
                Math.min(15_000, millis),
                "default.api.timeout.ms",
                Math.min(15_000, millis)));
        bounded.replaceAll((name, value) -> value.toString());
        bounded.putAll(properties);
        return new Addresses(kafka, registry, topics, bounded);
    }

    /** Properties that any of the project's Kafka clients takes. */
    public Map<String, Object> clientProperties() {
        Map<String, Object> all = new HashMap<>(properties);
        all.put("bootstrap.servers", kafka);
        all.put(AvroConfig.REGISTRY_URL, registry);
        return all;
    }

    /** Settings for a client that publishes requests from this process. */
    public ClientSettings client() {
        return new ClientSettings(
                clientProperties(),
                "sluice-cli",
                topics.requests(),
                topics.cancellations(),
                topics.completions(),
                topics.failures());
    }

    /** Leaves out the secrets. */
    @Override
    public String toString() {
        return "Addresses[kafka=" + kafka + ", registry=" + registry + ", topics=" + topics + "]";
    }
}
