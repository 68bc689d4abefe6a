package dev.sluice.stream;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.DescribeTransactionsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * Asks the brokers all that {@link TopicRules} judge, and what else a worker may do: with its group, with its transactions, and
 * whether it may make changelogs that aren't there. Changes nothing. Confined to one thread.
 */
final class BrokerAnswers {
    private final StreamSettings settings;
    private final Map<String, Object> config;
    private final List<String> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final Map<String, TopicFacts> facts = new LinkedHashMap<>();
    private final List<Question<?>> questions = new ArrayList<>();

    private BrokerAnswers(StreamSettings settings, Map<String, Object> config) {
        this.settings = settings;
        this.config = config;
    }

    /**
     * Asks.
     *
     * @param config of the admin client
     * @param timeout of each question
     */
    static TopicCheck.Answer ask(StreamSettings settings, Map<String, Object> config, Duration timeout)
            throws InterruptedException {
        return new BrokerAnswers(settings, config).ask((int) Math.max(1, timeout.toMillis()));
    }

    private TopicCheck.Answer ask(int millis) throws InterruptedException {
        try (Closing closing = new Closing(Admin.create(config))) {
            Admin admin = closing.admin();
            describeTopics(admin, millis);
            if (!facts.isEmpty()) {
                describeGroup(admin, millis);
                describeTransactions(admin, millis);
                proposeChangelogs(admin, millis);
                describeSettings(admin, millis);
                for (Question<?> question : questions) {
                    question.await(problems, warnings);
                }
            }
        } catch (Refused refused) {
            return refused.answer;
        } catch (Unreachable away) {
            return TopicCheck.Answer.silence(away.getMessage() + " (security.protocol is "
                    + config.getOrDefault("security.protocol", "PLAINTEXT") + ")");
        } catch (KafkaException e) {
            // A name that can't be resolved yet is the one thing about a client's properties that time mends.
            return e.getCause() instanceof ConfigException name
                            && ClientRefusal.message(name).contains("bootstrap")
                    ? TopicCheck.Answer.silence(ClientRefusal.message(name))
                    : TopicCheck.Answer.refusal(ClientRefusal.client(e));
        }
        TopicRules rules = new TopicRules(settings);
        problems.addAll(rules.problems(facts));
        warnings.addAll(rules.warnings(facts));
        return new TopicCheck.Answer(problems, warnings, Optional.empty());
    }

    private void describeTopics(Admin admin, int millis) throws InterruptedException {
        List<String> changelogs = Changelogs.all(settings.applicationId());
        List<String> topics = Stream.concat(settings.topics().all().stream(), changelogs.stream())
                .distinct()
                .toList();
        Map<String, KafkaFuture<TopicDescription>> asked = admin.describeTopics(
                        topics,
                        new DescribeTopicsOptions()
                                .includeAuthorizedOperations(true)
                                .timeoutMs(millis))
                .topicNameValues();
        Map<String, List<String>> refusals = new LinkedHashMap<>();
        for (Map.Entry<String, KafkaFuture<TopicDescription>> topic : new TreeMap<>(asked).entrySet()) {
            try {
                facts.put(topic.getKey(), facts(topic.getValue().get()));
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case UnknownTopicOrPartitionException missing -> {
                        if (!changelogs.contains(topic.getKey())) {
                            add(refusals, "topics: there is no topic ", topic.getKey());
                        }
                    }
                    case AuthorizationException refused ->
                        add(refusals, "topics: no permission to Describe ", topic.getKey());
                    case AuthenticationException refused -> throw new Refused(ClientRefusal.connection(refused));
                    case RetriableException late -> throw new Unreachable(ClientRefusal.message(late));
                    case null, default ->
                        add(
                                refusals,
                                "topics: the brokers say nothing but \"" + e.getCause() + "\" of ",
                                topic.getKey());
                }
            }
        }
        refusals.forEach((reason, refused) -> problems.add(reason + String.join(", ", refused)));
    }

    private static TopicFacts facts(TopicDescription topic) {
        return new TopicFacts(
                topic.partitions().size(),
                topic.partitions().stream()
                        .mapToInt(partition -> partition.replicas().size())
                        .min()
                        .orElse(0),
                Optional.ofNullable(topic.authorizedOperations()),
                Map.of());
    }

    private void describeSettings(Admin admin, int millis) throws InterruptedException {
        List<ConfigResource> resources = facts.keySet().stream()
                .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                .toList();
        Map<ConfigResource, KafkaFuture<Config>> asked = admin.describeConfigs(
                        resources, new DescribeConfigsOptions().timeoutMs(millis))
                .values();
        Map<String, List<String>> unknown = new LinkedHashMap<>();
        for (Map.Entry<ConfigResource, KafkaFuture<Config>> topic : asked.entrySet()) {
            String name = topic.getKey().name();
            try {
                Map<String, String> told = new HashMap<>();
                for (ConfigEntry entry : topic.getValue().get().entries()) {
                    if (entry.value() != null) {
                        told.put(entry.name(), entry.value());
                    }
                }
                facts.computeIfPresent(name, (same, known) -> known.with(told));
            } catch (ExecutionException e) {
                add(
                        unknown,
                        e.getCause() instanceof AuthorizationException
                                ? "no permission to DescribeConfigs "
                                : "the brokers don't tell (" + e.getCause() + ") the settings of ",
                        name);
            }
        }
        unknown.forEach((reason, topics) -> warnings.add(
                reason + String.join(", ", topics) + ": their cleanup policies and limits were not checked"));
    }

    /** A group that has no member yet is unknown; who may not describe it is told so all the same. */
    private void describeGroup(Admin admin, int millis) {
        String group = settings.applicationId();
        questions.add(new Question<>(
                "group " + group,
                admin.describeConsumerGroups(
                                List.of(group),
                                new DescribeConsumerGroupsOptions()
                                        .includeAuthorizedOperations(true)
                                        .timeoutMs(millis))
                        .all()
                        .thenApply(groups -> groups.get(group)),
                (described, failure) -> {
                    boolean refused =
                            failure instanceof AuthorizationException || (described != null && !mayRead(described));
                    return refused ? Optional.of("kafka: no permission to Read group " + group) : Optional.empty();
                }));
    }

    private static boolean mayRead(ConsumerGroupDescription group) {
        return new TopicFacts(0, 0, Optional.ofNullable(group.authorizedOperations()), Map.of())
                .allows(AclOperation.READ);
    }

    private void describeTransactions(Admin admin, int millis) {
        for (String prefix : List.of(settings.applicationId() + "-", DirectCharges.TRANSACTIONAL_ID_PREFIX)) {
            String id = prefix + "startup-check";
            questions.add(new Question<>(
                    "transactions",
                    admin.describeTransactions(List.of(id), new DescribeTransactionsOptions().timeoutMs(millis))
                            .description(id),
                    (described, failure) -> failure instanceof AuthorizationException
                            ? Optional.of("kafka: no permission for transactional ids that begin with " + prefix)
                            : Optional.empty()));
        }
    }

    private void proposeChangelogs(Admin admin, int millis) {
        TopicFacts requests = facts.get(settings.topics().requests());
        if (requests == null) {
            return;
        }
        for (String changelog : Changelogs.all(settings.applicationId())) {
            if (!facts.containsKey(changelog)) {
                questions.add(new Question<>(
                        "making " + changelog,
                        admin.createTopics(
                                        List.of(new NewTopic(
                                                changelog, Optional.of(requests.partitions()), Optional.empty())),
                                        new CreateTopicsOptions()
                                                .validateOnly(true)
                                                .timeoutMs(millis))
                                .all(),
                        (created, failure) -> switch (failure) {
                            case AuthorizationException refused ->
                                Optional.of("topics: no permission to Create " + changelog);
                            case PolicyViolationException policy ->
                                Optional.of("topics: the brokers' policy refuses " + changelog + ": "
                                        + ClientRefusal.message(policy));
                            case null, default -> Optional.empty();
                        }));
            }
        }
    }

    /**
     * Something that was asked beside the topics. One that is not answered brings out nothing wrong, as older brokers don't know
     * them all.
     *
     * @param what it is about
     * @param judgement of the answer, or else of the failure
     */
    private record Question<T>(
            String what,
            KafkaFuture<T> future,
            BiFunction<@Nullable T, @Nullable Throwable, Optional<String>> judgement) {
        void await(List<String> problems, List<String> warnings) throws InterruptedException {
            try {
                judgement.apply(future.get(), null).ifPresent(problems::add);
            } catch (ExecutionException e) {
                judgement.apply(null, e.getCause()).ifPresent(problems::add);
                if (e.getCause() instanceof RetriableException late) {
                    warnings.add("the brokers don't tell of " + what + ": " + ClientRefusal.message(late));
                }
            }
        }
    }

    private static void add(Map<String, List<String>> groups, String reason, String topic) {
        groups.computeIfAbsent(reason, key -> new ArrayList<>()).add(topic);
    }

    /** An answer that holds for everything that could be asked. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient TopicCheck.Answer answer;

        Refused(String problem) {
            super(problem);
            answer = TopicCheck.Answer.refusal(problem);
        }
    }

    /** No answer. */
    private static final class Unreachable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unreachable(String message) {
            super(message);
        }
    }

    /** An admin client that is not waited for. */
    private record Closing(Admin admin) implements AutoCloseable {
        @Override
        public void close() {
            admin.close(Duration.ZERO);
        }
    }
}
