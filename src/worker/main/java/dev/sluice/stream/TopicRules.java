package dev.sluice.stream;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * What topics must be like for a worker to keep its promises. What can't work, or loses what was promised, is refused; what
 * merely surprises is told. What the brokers don't say passes. Equal reasons are one sentence.
 */
final class TopicRules {
    private static final Duration SHORT_RETENTION = Duration.ofHours(1);

    /** Kafka's own {@code delivery.timeout.ms}: so old may a record be when it is taken, and clocks differ besides. */
    private static final Duration LATE_RECORD = Duration.ofMinutes(2);

    private static final long USUAL_MAX_REQUEST_BYTES = 1 << 20;

    private final StreamSettings settings;
    private final List<TopicUse> uses;
    private final String pending;
    private final String settled;

    TopicRules(StreamSettings settings) {
        this.settings = settings;
        uses = TopicUse.of(settings);
        pending = Changelogs.pending(settings.applicationId());
        settled = Changelogs.settled(settings.applicationId());
    }

    /** What can't work; changelogs that aren't there yet are made by Kafka Streams. */
    List<String> problems(Map<String, TopicFacts> facts) {
        List<String> problems = new ArrayList<>();
        problems.addAll(unequalPartitions(facts));
        problems.addAll(permissions(facts));
        problems.addAll(compaction(facts));
        problems.addAll(changelogs(facts));
        problems.addAll(replicas(facts));
        problems.addAll(sizes(facts));
        problems.addAll(heap(facts));
        return problems;
    }

    /** What surprises. */
    List<String> warnings(Map<String, TopicFacts> facts) {
        List<String> warnings = new ArrayList<>();
        warnings.addAll(grouped(
                known(facts, use -> true),
                topic -> less(facts, topic, TopicConfig.RETENTION_MS_CONFIG, SHORT_RETENTION),
                (reason, topics) -> topics + " with " + reason + ": what is not read by then is lost"));
        warnings.addAll(grouped(
                known(facts, use -> true),
                topic -> less(facts, topic, TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG, LATE_RECORD),
                (reason, topics) ->
                        topics + " with " + reason + ": a record that is sent again may be refused as too old"));
        return warnings;
    }

    private static Stream<String> less(Map<String, TopicFacts> facts, String topic, String setting, Duration bound) {
        return facts(facts, topic)
                .number(setting)
                .filter(millis -> millis >= 0 && millis < bound.toMillis())
                .map(millis -> setting + "=" + millis)
                .stream();
    }

    private List<String> unequalPartitions(Map<String, TopicFacts> facts) {
        Map<Integer, List<String>> byPartitions = new LinkedHashMap<>();
        Stream.of(settings.topics().requests(), settings.topics().cancellations(), pending, settled)
                .filter(facts::containsKey)
                .forEach(topic -> byPartitions
                        .computeIfAbsent(facts(facts, topic).partitions(), count -> new ArrayList<>())
                        .add(topic));
        if (byPartitions.size() <= 1) {
            return List.of();
        }
        int most = byPartitions.keySet().stream().max(Integer::compare).orElseThrow();
        return List.of("topics: "
                + byPartitions.entrySet().stream()
                        .map(counted -> String.join(", ", counted.getValue())
                                + (counted.getValue().size() == 1 ? " has " : " have ")
                                + counted.getKey() + " partitions")
                        .collect(Collectors.joining(" and "))
                + "; they must have equally many: stop all workers, run ./sluice partitions --to " + most
                + ", and start them again");
    }

    private List<String> permissions(Map<String, TopicFacts> facts) {
        return grouped(
                known(facts, use -> true),
                topic -> Stream.of(AclOperation.READ, AclOperation.WRITE)
                        .filter(use(topic).needs()::contains)
                        .filter(operation -> !facts(facts, topic).allows(operation))
                        .map(TopicRules::name),
                (operation, topics) -> "topics: no permission to " + operation + " " + topics);
    }

    private List<String> compaction(Map<String, TopicFacts> facts) {
        return grouped(
                known(facts, use -> use.lostToCompaction().isPresent()),
                topic -> use(topic).lostToCompaction().stream()
                        .filter(lost -> facts(facts, topic)
                                .has(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT))
                        .map(lost -> "cleanup.policy has compact, which loses " + lost + "; it must be delete"),
                (reason, topics) -> "topics: " + topics + ": " + reason);
    }

    private List<String> changelogs(Map<String, TopicFacts> facts) {
        List<String> problems = new ArrayList<>();
        if (deletes(facts, pending)) {
            problems.add("topics: " + pending
                    + ": cleanup.policy has delete, which loses requests that wait for longer than its retention; it"
                    + " must be compact");
        }
        long retention = settings.settle().retention().toMillis();
        if (deletes(facts, settled)) {
            facts(facts, settled)
                    .number(TopicConfig.RETENTION_MS_CONFIG)
                    .filter(millis -> millis >= 0 && millis < retention)
                    .ifPresent(millis -> problems.add("topics: " + settled + ": retention.ms " + millis
                            + " is shorter than settle.retention (" + retention
                            + " ms), so that a restart would forget settled ids; it must be at least that"));
        }
        return problems;
    }

    private static boolean deletes(Map<String, TopicFacts> facts, String changelog) {
        return facts.containsKey(changelog)
                && facts(facts, changelog).has(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
    }

    private List<String> replicas(Map<String, TopicFacts> facts) {
        return grouped(
                known(facts, use -> true),
                topic -> facts(facts, topic)
                        .number(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG)
                        .filter(least -> least > facts(facts, topic).replicas())
                        .map(least -> "min.insync.replicas " + least + " is more than their replicas, "
                                + facts(facts, topic).replicas())
                        .stream(),
                (reason, topics) -> "topics: nothing can be written to " + topics + ": " + reason);
    }

    private List<String> sizes(Map<String, TopicFacts> facts) {
        List<String> problems = new ArrayList<>(grouped(
                known(facts, use -> true),
                topic -> facts(facts, topic)
                        .number(TopicConfig.MAX_MESSAGE_BYTES_CONFIG)
                        .filter(most -> most < use(topic).largest())
                        .map(most -> "max.message.bytes is " + most + ", and limits.* allow a worker records of "
                                + use(topic).largest() + " bytes there")
                        .stream(),
                (reason, topics) -> "topics: " + topics + ": " + reason));
        long most = Stream.of(
                        StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
                        ProducerConfig.MAX_REQUEST_SIZE_CONFIG)
                .filter(settings.kafka()::containsKey)
                .map(key -> Long.valueOf(String.valueOf(settings.kafka().get(key))))
                .findFirst()
                .orElse(USUAL_MAX_REQUEST_BYTES);
        int largest = uses.stream().mapToInt(TopicUse::largest).max().orElse(0);
        if (most < largest) {
            problems.add("kafka.properties.max.request.size: " + most
                    + " is less than the largest record that limits.* allow" + " a worker, " + largest + " bytes");
        }
        return problems;
    }

    private List<String> heap(Map<String, TopicFacts> facts) {
        Map<String, Long> largest = new LinkedHashMap<>();
        Stream.of(settings.topics().requests(), settings.topics().cancellations())
                .filter(facts::containsKey)
                .forEach(topic -> facts(facts, topic)
                        .number(TopicConfig.MAX_MESSAGE_BYTES_CONFIG)
                        .ifPresent(most -> largest.put(topic, most)));
        Object fetch = settings.kafka().get(ConsumerConfig.FETCH_MAX_BYTES_CONFIG);
        return HeapRule.problems(
                largest,
                fetch == null ? HeapRule.USUAL_FETCH_BYTES : Long.parseLong(fetch.toString()),
                Runtime.getRuntime().maxMemory());
    }

    /** One sentence for each reason, with the topics that it holds for. */
    private static List<String> grouped(
            List<String> topics, Function<String, Stream<String>> reasons, Sentence sentence) {
        Map<String, List<String>> byReason = new LinkedHashMap<>();
        topics.forEach(topic -> reasons.apply(topic)
                .forEach(reason -> byReason.computeIfAbsent(reason, key -> new ArrayList<>())
                        .add(topic)));
        return byReason.entrySet().stream()
                .map(found -> sentence.of(found.getKey(), String.join(", ", found.getValue())))
                .toList();
    }

    @FunctionalInterface
    private interface Sentence {
        String of(String reason, String topics);
    }

    private List<String> known(Map<String, TopicFacts> facts, Predicate<TopicUse> which) {
        return uses.stream()
                .filter(which)
                .map(TopicUse::topic)
                .filter(facts::containsKey)
                .toList();
    }

    private TopicUse use(String topic) {
        return uses.stream()
                .filter(use -> use.topic().equals(topic))
                .findFirst()
                .orElseThrow();
    }

    private static TopicFacts facts(Map<String, TopicFacts> facts, String topic) {
        TopicFacts known = facts.get(topic);
        if (known == null) {
            throw new IllegalArgumentException("nothing is known of " + topic);
        }
        return known;
    }

    /** The operation's name as Kafka's own tools write it. */
    static String name(AclOperation operation) {
        return switch (operation) {
            case READ -> "Read";
            case WRITE -> "Write";
            case DESCRIBE -> "Describe";
            case CREATE -> "Create";
            default -> operation.name();
        };
    }
}
