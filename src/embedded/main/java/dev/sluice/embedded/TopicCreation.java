package dev.sluice.embedded;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Makes topics exist. The controller creates them; a moment later the broker knows of them too, and only then they do. */
final class TopicCreation {
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final Admin admin;

    TopicCreation(Admin admin) {
        this.admin = admin;
    }

    void create(Map<String, Integer> partitions, Map<String, String> config) {
        List<NewTopic> topics = partitions.entrySet().stream()
                .map(topic -> new NewTopic(topic.getKey(), topic.getValue(), (short) 1).configs(config))
                .toList();
        admin.createTopics(topics).values().forEach(TopicCreation::awaitCreated);
        awaitVisible(partitions.keySet());
    }

    private static void awaitCreated(String topic, KafkaFuture<Void> created) {
        try {
            created.get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new StandaloneException("topic " + topic + " could not be created", e);
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private void awaitVisible(Set<String> topics) {
        while (!areVisible(topics)) {
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }
    }

    private boolean areVisible(Set<String> topics) {
        try {
            admin.describeTopics(topics).allTopicNames().get();
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return false;
            }
            throw new StandaloneException("the topics could not be looked up", e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static StandaloneException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new StandaloneException("interrupted while topics were being created", e);
    }
}
