package dev.sluice.stream;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.streams.StreamsConfig;

/** Whether the brokers have the topics that a worker needs, as it needs them. Asks; takes no part in the group. */
public final class TopicCheck {
    /** Topics that were created just now are not known to every broker at once. */
    private static final Duration SPREADING = Duration.ofSeconds(3);

    private static final Duration LONGEST_ATTEMPT = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(250);

    private final StreamSettings settings;

    public TopicCheck(StreamSettings settings) {
        this.settings = settings;
    }

    /**
     * Asks the brokers.
     *
     * @param patience with brokers that can't be reached; those that answer are believed at once, or nearly
     * @return what is wrong, in words; nothing if all is well
     */
    public List<String> problems(Duration patience) throws InterruptedException {
        Map<String, Object> config;
        try {
            config = new StreamsConfig(StreamWorker.config(settings)).getAdminConfigs("sluice-startup");
        } catch (ConfigException e) {
            return List.of("kafka.properties: " + e.getMessage());
        }
        return problems(patience, timeout -> ask(config, timeout));
    }

    /** As above, asking somebody. */
    static List<String> problems(Duration patience, Brokers brokers) throws InterruptedException {
        long start = System.nanoTime();
        Optional<Answer> believed = Optional.empty();
        while (true) {
            Duration left = patience.minusNanos(System.nanoTime() - start);
            Answer answer = brokers.ask(left.compareTo(LONGEST_ATTEMPT) < 0 ? left : LONGEST_ATTEMPT);
            if (answer.unreachable().isEmpty()) {
                believed = Optional.of(answer);
            }
            Duration passed = Duration.ofNanos(System.nanoTime() - start);
            Duration worthWaiting = answer.unreachable().isPresent() ? patience : SPREADING;
            if (answer.problems().isEmpty() || passed.plus(PAUSE).compareTo(worthWaiting) > 0) {
                // The last attempt may have had too little time left to be answered.
                return believed.orElse(answer).problems();
            }
            Thread.sleep(PAUSE);
        }
    }

    /** Who is asked, for no longer than the timeout. */
    @FunctionalInterface
    interface Brokers {
        Answer ask(Duration timeout) throws InterruptedException;
    }

    /**
     * What the brokers said.
     *
     * @param partitions of the topics that exist
     * @param refusals what they won't tell, and why
     * @param unreachable why nobody answered
     */
    record Answer(Topics topics, Map<String, Integer> partitions, List<String> refusals, Optional<String> unreachable) {
        List<String> problems() {
            if (unreachable.isPresent()) {
                return List.of("kafka.bootstrap-servers: no broker answers: " + unreachable.get());
            }
            List<String> problems = new ArrayList<>(refusals);
            Integer requests = partitions.get(topics.requests());
            Integer cancellations = partitions.get(topics.cancellations());
            if (requests != null && cancellations != null && !requests.equals(cancellations)) {
                problems.add("topics: " + topics.requests() + " has " + requests + " partitions and "
                        + topics.cancellations() + " has " + cancellations + "; they must have equally many");
            }
            return problems;
        }
    }

    private Answer ask(Map<String, Object> config, Duration timeout) throws InterruptedException {
        Map<String, Integer> partitions = new HashMap<>();
        List<String> refusals = new ArrayList<>();
        try (Closing closing = new Closing(Admin.create(config))) {
            Map<String, KafkaFuture<TopicDescription>> asked = closing.admin()
                    .describeTopics(new TreeSet<>(settings.topics().all()), new DescribeTopicsOptions().timeoutMs((int)
                                    Math.max(1, timeout.toMillis())))
                    .topicNameValues();
            for (Map.Entry<String, KafkaFuture<TopicDescription>> topic : new TreeMap<>(asked).entrySet()) {
                try {
                    partitions.put(
                            topic.getKey(), topic.getValue().get().partitions().size());
                } catch (ExecutionException e) {
                    switch (e.getCause()) {
                        case UnknownTopicOrPartitionException missing ->
                            refusals.add("topics: there is no topic " + topic.getKey());
                        case RetriableException late -> {
                            return unreachable(late);
                        }
                        case null, default ->
                            refusals.add(
                                    "topics: the brokers say nothing of " + topic.getKey() + ": " + e.getMessage());
                    }
                }
            }
        } catch (KafkaException e) {
            return unreachable(e);
        }
        return new Answer(settings.topics(), partitions, refusals, Optional.empty());
    }

    private Answer unreachable(KafkaException cause) {
        String why = cause.getCause() instanceof ConfigException wrong ? wrong.getMessage() : cause.getMessage();
        return new Answer(settings.topics(), Map.of(), List.of(), Optional.of(String.valueOf(why)));
    }

    /** An admin client that is not waited for. */
    private record Closing(Admin admin) implements AutoCloseable {
        @Override
        public void close() {
            admin.close(Duration.ZERO);
        }
    }
}
