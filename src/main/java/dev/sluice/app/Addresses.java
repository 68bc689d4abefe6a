package dev.sluice.app;

import dev.sluice.client.ClientSettings;
import dev.sluice.stream.Topics;
import dev.sluice.wire.AvroConfig;
import java.util.HashMap;
import java.util.Map;

/**
 * Where a publisher finds Kafka, the registry and the topics.
 *
 * @param properties of the Kafka client and the registry's besides, secrets among them
 */
record Addresses(String kafka, String registry, Topics topics, Map<String, Object> properties) {
    Addresses {
        properties = Map.copyOf(properties);
    }

    /** Where nothing asks for credentials. */
    Addresses(String kafka, String registry, Topics topics) {
        this(kafka, registry, topics, Map.of());
    }

    /** Properties that any of the project's Kafka clients takes. */
    Map<String, Object> clientProperties() {
        Map<String, Object> all = new HashMap<>(properties);
        all.put("bootstrap.servers", kafka);
        all.put(AvroConfig.REGISTRY_URL, registry);
        return all;
    }

    /** For whoever publishes requests from here. */
    ClientSettings client() {
        return new ClientSettings(
                clientProperties(),
                "sluice-cli",
                topics.requests(),
                topics.cancellations(),
                topics.completions(),
                topics.failures());
    }

    /** Without the secrets. */
    @Override
    public String toString() {
        return "Addresses[kafka=" + kafka + ", registry=" + registry + ", topics=" + topics + "]";
    }
}
