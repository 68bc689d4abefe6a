package dev.sluice.chaos.surroundings;

import dev.sluice.wire.Topics;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;

/** The topics of a fault suite's cluster. */
record SuiteTopics(Topics topics, int partitions) {
    private static final Map<String, String> LARGE = Map.of("max.message.bytes", String.valueOf(12 << 20));
    /** An event has the time of the worker's clock otherwise, and the suite makes that jump. */
    private static final Map<String, String> BROKER_TIME = Map.of("message.timestamp.type", "LogAppendTime");

    private static final Map<String, String> LARGE_WITH_BROKER_TIME =
            Map.of("max.message.bytes", String.valueOf(12 << 20), "message.timestamp.type", "LogAppendTime");

    /** Creates those that are missing; the others stay as they are. */
    void create(Map<String, Object> clients) {
        List<NewTopic> wanted = List.of(
                topic(topics.requests(), LARGE),
                topic(topics.cancellations(), Map.of()),
                topic(topics.completions(), BROKER_TIME),
                topic(topics.failures(), BROKER_TIME),
                topic(topics.costs(), BROKER_TIME),
                topic(topics.progress(), BROKER_TIME),
                topic(topics.deadLetters(), LARGE_WITH_BROKER_TIME));
        try (Admin admin = Admin.create(clients)) {
            for (var created : admin.createTopics(wanted).values().entrySet()) {
                try {
                    created.getValue().get();
                } catch (ExecutionException e) {
                    if (!(e.getCause() instanceof TopicExistsException)) {
                        throw new IllegalStateException("topic " + created.getKey() + " could not be created", e);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while topics were being created", e);
        }
    }

    private NewTopic topic(String name, Map<String, String> settings) {
        return new NewTopic(name, partitions, (short) 1).configs(settings);
    }
}
