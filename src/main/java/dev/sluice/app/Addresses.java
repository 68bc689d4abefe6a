package dev.sluice.app;

import dev.sluice.stream.Topics;
import dev.sluice.wire.AvroConfig;
import java.util.HashMap;
import java.util.Map;

/** Where a publisher finds Kafka, the registry and the topics. */
record Addresses(String kafka, String registry, Topics topics) {
    /** Properties that any of the project's Kafka clients takes. */
    Map<String, Object> clientProperties() {
        Map<String, Object> properties = new HashMap<>();
        properties.put("bootstrap.servers", kafka);
        properties.put(AvroConfig.REGISTRY_URL, registry);
        return properties;
    }
}
