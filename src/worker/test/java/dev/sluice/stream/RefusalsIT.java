package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.codec.EventEncoder;
import dev.sluice.codec.RequestDecoder;
import dev.sluice.embedded.EmbeddedKafka;
import dev.sluice.embedded.EmbeddedSchemaRegistry;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineEnvironment;
import dev.sluice.engine.EngineSettings;
import dev.sluice.pricing.Price;
import dev.sluice.pricing.Tariff;
import dev.sluice.wire.AvroSerializer;
import dev.sluice.wire.RequestLimits;
import dev.sluice.wire.Topics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker with users, passwords and permissions, and what a worker says of those that it lacks. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class RefusalsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration START = Duration.ofSeconds(20);
    private static final String LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required ";

    @TempDir
    private static Path folder = Path.of("");

    private EmbeddedKafka kafka;
    private EmbeddedSchemaRegistry registry;
    private Admin admin;

    @BeforeAll
    void start() throws IOException {
        int port = freePort();
        // The broker itself comes by another listener, as somebody who may do everything.
        kafka = EmbeddedKafka.start(
                folder.resolve("kafka"),
                port,
                port,
                freePort(),
                Map.of(
                        "listener.security.protocol.map",
                        "PLAINTEXT:SASL_PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
                        "sasl.enabled.mechanisms",
                        "PLAIN",
                        "listener.name.plaintext.plain.sasl.jaas.config",
                        LOGIN + "user_admin=\"admin\" user_worker=\"worker\";",
                        "authorizer.class.name",
                        "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                        "super.users",
                        "User:ANONYMOUS;User:admin"));
        registry = EmbeddedSchemaRegistry.start(folder.resolve("registry"), 0);
        admin = Admin.create(clients("admin", "admin"));
    }

    @AfterAll
    void stop() {
        admin.close();
        registry.close();
        kafka.close();
    }

    @Test
    void namesAllThatAWorkerMayNotDoBeforeItStarts() throws Exception {
        Topics topics = createTopics("may", Map.of());
        allow(ResourceType.TOPIC, "may.", AclOperation.DESCRIBE, AclOperation.READ);
        allow(ResourceType.TOPIC, topics.costs(), AclOperation.WRITE);

        assertThat(new TopicCheck(settings("may", topics, "worker", Map.of())).problems(START))
                .contains(
                        "topics: no permission to Write may.requests, may.cancellations, may.completions, may.failures,"
                                + " may.progress, may.dlq",
                        "topics: no permission to Describe may-pending-changelog, may-settled-changelog",
                        "kafka: no permission to Read group may",
                        "kafka: no permission for transactional ids that begin with may-");
    }

    @Test
    void takesThePermissionsThatAreDocumented() throws Exception {
        Topics topics = createTopics("enough", Map.of());
        allowWorker("enough", topics);

        assertThat(new TopicCheck(settings("enough", topics, "worker", Map.of())).problems(START))
                .isEmpty();
    }

    @Test
    void saysInOneSentenceThatThePasswordIsWrong() throws Exception {
        Map<String, Object> wrong = Map.of("sasl.jaas.config", LOGIN + "username=\"worker\" password=\"other\";");

        assertThat(new TopicCheck(settings("password", Topics.DEFAULT, "worker", wrong)).problems(START))
                .containsExactly(
                        "kafka.properties: the brokers refuse these credentials: Authentication failed: Invalid"
                                + " username or password");
    }

    /** A port without TLS leaves a client that begins with it without an answer. */
    @Test
    void namesTheSecurityProtocolWhereNobodyAnswers() throws Exception {
        Map<String, Object> tls = Map.of("security.protocol", "SASL_SSL");

        assertThat(new TopicCheck(settings("tls", Topics.DEFAULT, "worker", tls)).problems(Duration.ofSeconds(2)))
                .singleElement()
                .asString()
                .startsWith("kafka.bootstrap-servers: no broker answers: ")
                .endsWith("(security.protocol is SASL_SSL)");
    }

    @Test
    void saysInOneSentenceThatTheTruststoreIsMissing() throws Exception {
        Map<String, Object> tls = Map.of("security.protocol", "SASL_SSL", "ssl.truststore.location", "/nowhere/ca.jks");

        assertThat(new TopicCheck(settings("truststore", Topics.DEFAULT, "worker", tls)).problems(START))
                .containsExactly("kafka.properties: no client can be made: there is no file /nowhere/ca.jks");
    }

    @Test
    void refusesCompactedCostsAndDeadLetters() throws Exception {
        Topics topics = createTopics("compacted", Map.of("cleanup.policy", "compact"));

        assertThat(new TopicCheck(settings("compacted", topics, "admin", Map.of())).problems(START))
                .hasSize(3)
                .anySatisfy(problem -> assertThat(problem).startsWith("topics: compacted.requests: cleanup.policy"))
                .anySatisfy(problem -> assertThat(problem).startsWith("topics: compacted.costs: cleanup.policy"))
                .anySatisfy(problem -> assertThat(problem).startsWith("topics: compacted.dlq: cleanup.policy"));
    }

    @Test
    void endsAndLeavesItsGroupWhenItMayNotWriteAnyMore() throws Exception {
        Topics topics = createTopics("withdrawn", Map.of());
        allowWorker("withdrawn", topics);
        try (Rig worker = new Rig(settings("withdrawn", topics, "worker", Map.of()))) {
            withdraw(topics.completions(), AclOperation.WRITE);
            publish(topics);

            assertThat(worker.awaitEnd())
                    .isInstanceOf(MisconfigurationException.class)
                    .hasMessage("the worker can't go on: topics: no permission to Write withdrawn.completions");
            worker.requireGone("withdrawn");
        }
    }

    @Test
    void endsAndLeavesItsGroupWhenItsTopicGrowsAndDoesNotStartAgain() throws Exception {
        Topics topics = createTopics("grown", Map.of());
        StreamSettings settings = settings("grown", topics, "admin", Map.of("metadata.max.age.ms", "1000"));
        String sentence = "topics: grown.requests has 4 partitions and grown.cancellations, grown-pending-changelog,"
                + " grown-settled-changelog have 2 partitions; they must have equally many: stop all workers, run"
                + " ./sluice partitions --to 4, and start them again";
        try (Rig worker = new Rig(settings)) {
            admin.createPartitions(Map.of(topics.requests(), NewPartitions.increaseTo(4)))
                    .all()
                    .get();

            assertThat(worker.awaitEnd()).hasMessage("the worker can't go on: " + sentence);
            worker.requireGone("grown");
        }
        assertThat(new TopicCheck(settings).problems(START)).containsExactly(sentence);
    }

    @Test
    void endsWhenATopicIsDeleted() throws Exception {
        Topics topics = createTopics("deleted", Map.of());
        try (Rig worker = new Rig(settings("deleted", topics, "admin", Map.of("metadata.max.age.ms", "1000")))) {
            admin.deleteTopics(List.of(topics.cancellations())).all().get();

            assertThat(worker.awaitEnd())
                    .hasMessage("the worker can't go on: topics: there is no topic deleted.cancellations");
        }
    }

    @Test
    void endsWhenTheRegistryLacksASchemaThatItMayNotRegister() throws Exception {
        Topics topics = createTopics("unregistered", Map.of());
        try (Rig worker =
                new Rig(settings("unregistered", topics, "admin", Map.of("auto.register.schemas", "false")))) {
            publish(topics);

            assertThat(worker.awaitEnd())
                    .isInstanceOf(MisconfigurationException.class)
                    .hasMessageContaining("unregistered.completions-value");
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Map<String, Object> clients(String user, String password) {
        return Map.of(
                "bootstrap.servers",
                kafka.bootstrapServers(),
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                LOGIN + "username=\"" + user + "\" password=\"" + password + "\";");
    }

    /** Both users' passwords are their names. */
    private StreamSettings settings(String name, Topics topics, String user, Map<String, Object> more) {
        Map<String, Object> kafkaProperties = new HashMap<>(clients(user, user));
        kafkaProperties.put("schema.registry.url", registry.url().toString());
        kafkaProperties.putAll(more);
        return new StreamSettings(
                name,
                topics,
                folder.resolve("state-" + name),
                SettleSettings.DEFAULT,
                true,
                RequestLimits.DEFAULT,
                kafkaProperties);
    }

    private Topics createTopics(String name, Map<String, String> config) throws Exception {
        Topics topics = new Topics(
                name + ".requests",
                name + ".cancellations",
                name + ".completions",
                name + ".failures",
                name + ".costs",
                name + ".progress",
                name + ".dlq");
        admin.createTopics(topics.all().stream()
                        .map(topic -> new NewTopic(topic, 2, (short) 1).configs(config))
                        .toList())
                .all()
                .get();
        return topics;
    }

    private void allowWorker(String name, Topics topics) throws Exception {
        for (String topic : topics.all()) {
            allow(ResourceType.TOPIC, topic, AclOperation.WRITE, AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS);
        }
        for (String topic : List.of(topics.requests(), topics.cancellations(), topics.costs())) {
            allow(ResourceType.TOPIC, topic, AclOperation.READ);
        }
        allow(ResourceType.TOPIC, name + "-", AclOperation.ALL);
        allow(ResourceType.GROUP, name, AclOperation.READ);
        allow(ResourceType.TRANSACTIONAL_ID, name + "-", AclOperation.WRITE);
        allow(ResourceType.TRANSACTIONAL_ID, "sluice-books-", AclOperation.WRITE);
    }

    private void allow(ResourceType type, String prefix, AclOperation... operations) throws Exception {
        admin.createAcls(Stream.of(operations)
                        .map(operation -> new AclBinding(
                                new ResourcePattern(type, prefix, PatternType.PREFIXED),
                                new AccessControlEntry("User:worker", "*", operation, AclPermissionType.ALLOW)))
                        .toList())
                .all()
                .get();
    }

    private void withdraw(String topic, AclOperation operation) throws Exception {
        admin.deleteAcls(List.of(new AclBindingFilter(
                        new ResourcePatternFilter(ResourceType.TOPIC, topic, PatternType.PREFIXED),
                        new AccessControlEntryFilter("User:worker", "*", operation, AclPermissionType.ALLOW))))
                .all()
                .get();
    }

    private void publish(Topics topics) throws ExecutionException, InterruptedException {
        Map<String, Object> config = new HashMap<>(clients("admin", "admin"));
        config.put("schema.registry.url", registry.url().toString());
        try (AvroSerializer<SpecificRecord> serializer = new AvroSerializer<>();
                var producer = new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer())) {
            serializer.configure(config, false);
            byte[] request = serializer.serialize(
                    topics.requests(), Requests.plain("r-1").build());
            producer.send(new ProducerRecord<>(topics.requests(), "r-1", request))
                    .get();
        }
    }

    /** A worker that takes requests. */
    private final class Rig implements AutoCloseable {
        private final ManualTime time = new ManualTime();
        private final CompletableFuture<Throwable> fatal = new CompletableFuture<>();
        private final Engine engine = new Engine(
                List.of(new SimulatedDevice(time).bundle()), EngineSettings.constant(4, 1), EngineEnvironment.of(time));
        private final ImagePublisher publisher =
                new ImagePublisher(new InMemoryImageStore(), 1, 8, Clock.systemUTC(), RequestListener.NONE);
        private final StreamWorker stream;

        Rig(StreamSettings settings) throws InterruptedException {
            engine.start();
            WorkerParts parts = new WorkerParts(
                    engine,
                    publisher,
                    new RequestDecoder(),
                    new EventEncoder(
                            "worker-1", Instant.now(), Tariff.of(Price.free("device", Currency.getInstance("EUR")))),
                    new OverheadQueue(engine.meter(), Duration.ofMinutes(1), Instant.now()),
                    RequestListener.NONE,
                    Clock.systemUTC(),
                    Optional.empty());
            stream = new StreamWorker(settings, parts, engine::hasRoom, fatal::complete);
            stream.start();
            SimulatedWorker.await(() -> stream.health().running() || fatal.isDone(), () -> "the worker does not run");
            assertThat(fatal).isNotDone();
        }

        Throwable awaitEnd() throws Exception {
            Throwable end = fatal.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(stream.health().running()).as("ready").isFalse();
            return end;
        }

        /** Well before its session would end. */
        void requireGone(String group) {
            SimulatedWorker.await(() -> members(group) == 0, () -> "the worker is still a member");
            SimulatedWorker.await(() -> !stream.health().alive(), () -> "the stream is alive");
        }

        private int members(String group) {
            try {
                return admin.describeConsumerGroups(List.of(group)).all().get().values().stream()
                        .mapToInt(described -> described.members().size())
                        .sum();
            } catch (ExecutionException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            stream.close(Duration.ofSeconds(20));
            engine.close();
            publisher.close();
        }
    }
}
