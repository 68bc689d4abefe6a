package dev.sluice.standalone;

import dev.sluice.cli.Addresses;
import dev.sluice.cli.Main;
import dev.sluice.cli.StandaloneStore;
import dev.sluice.embedded.EmbeddedKafka;
import dev.sluice.embedded.EmbeddedS3;
import dev.sluice.embedded.EmbeddedSchemaRegistry;
import dev.sluice.embedded.StandaloneException;
import dev.sluice.model.BundleException;
import dev.sluice.model.VerifiedBundle;
import dev.sluice.wire.AvroConfig;
import dev.sluice.wire.RegistryAdmin;
import dev.sluice.wire.RegistryUnavailableException;
import dev.sluice.wire.SchemaRejectedException;
import dev.sluice.wire.Subject;
import dev.sluice.wire.Topics;
import dev.sluice.worker.ConfigException;
import dev.sluice.worker.RenamedKeys;
import dev.sluice.worker.Worker;
import dev.sluice.worker.WorkerConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Broker, registry, S3 and worker in one process, on loopback, with their data in one folder. The worker is configured
 * just as one against outside services is.
 */
public final class StandaloneStack implements AutoCloseable {
    static final String BUCKET = "sluice";
    private static final int PARTITIONS = 4;
    /** sluice cost knows what the topic still has. */
    private static final String COSTS_RETENTION_MS =
            String.valueOf(Duration.ofDays(400).toMillis());

    private static final Logger LOG = LoggerFactory.getLogger(StandaloneStack.class);

    private final Deque<AutoCloseable> started;
    private final EmbeddedS3 s3;
    private final Addresses addresses;
    private final WorkerConfig config;
    private final Worker worker;

    private StandaloneStack(
            Deque<AutoCloseable> started, EmbeddedS3 s3, Addresses addresses, WorkerConfig config, Worker worker) {
        this.started = started;
        this.s3 = s3;
        this.addresses = addresses;
        this.config = config;
        this.worker = worker;
    }

    /**
     * Starts everything; what had started is closed again if a later part doesn't.
     *
     * @param overrides configuration keys of the worker, over the stack's own
     */
    public static StandaloneStack start(Path data, StandalonePorts ports, Map<String, String> overrides)
            throws InterruptedException {
        requireSound(data, ports, overrides);
        Deque<AutoCloseable> started = new ArrayDeque<>();
        try {
            Files.createDirectories(data);
            LOG.info("standalone_starting data={}", data.toAbsolutePath());
            EmbeddedKafka kafka = EmbeddedKafka.start(data.resolve("kafka"), ports.kafka());
            started.push(kafka);
            EmbeddedSchemaRegistry registry = EmbeddedSchemaRegistry.start(data.resolve("registry"), ports.registry());
            started.push(registry);
            EmbeddedS3 s3 = EmbeddedS3.start(
                    data.resolve("s3"),
                    ports.s3(),
                    StandaloneStore.CREDENTIALS.accessKey(),
                    StandaloneStore.CREDENTIALS.secretKey());
            started.push(s3);
            s3.createBucket(BUCKET);

            Map<String, String> values = values(data, ports);
            values.put("kafka.bootstrap-servers", kafka.bootstrapServers());
            values.put("registry.url", registry.url().toString());
            values.put("s3.endpoint", s3.endpoint().toString());
            RenamedKeys.notes(overrides).forEach(note -> LOG.warn("setting_renamed reason=\"{}\"", note));
            WorkerConfig config = WorkerConfig.read(RenamedKeys.merged(values, overrides));
            // Another store's address and credentials are its owner's to tell.
            if (config.s3().endpoint().equals(Optional.of(s3.endpoint()))) {
                registry.answer(
                        StandaloneStore.PATH, Map.of("endpoint", s3.endpoint().toString()));
            }
            Topics topics = config.stream().topics();
            kafka.createTopics(
                    topics.all().stream()
                            .filter(topic -> !topic.equals(topics.costs()))
                            .collect(Collectors.toMap(topic -> topic, topic -> PARTITIONS)),
                    Map.of());
            kafka.createTopics(Map.of(topics.costs(), PARTITIONS), Map.of("retention.ms", COSTS_RETENTION_MS));
            LOG.info("topics_ready topics={}", topics.all().size());
            bringSchemas(config);
            LOG.info("schemas_brought subjects={}", topics.subjects().size());
            Worker worker = Worker.start(config);
            started.push(worker);
            Addresses addresses =
                    new Addresses(kafka.bootstrapServers(), registry.url().toString(), topics);
            return new StandaloneStack(started, s3, addresses, config, worker);
        } catch (IOException e) {
            closeAll(started);
            throw new UncheckedIOException(e);
        } catch (StandaloneException e) {
            closeAll(started);
            throw new Main.Failure(String.valueOf(e.getMessage()));
        } catch (RuntimeException | InterruptedException e) {
            closeAll(started);
            throw e;
        }
    }

    /**
     * Looks at the configuration before anything starts, with addresses that nobody listens at.
     *
     * @throws ConfigException listing every problem
     */
    private static void requireSound(Path data, StandalonePorts ports, Map<String, String> overrides) {
        Map<String, String> values = values(data, ports);
        values.put("kafka.bootstrap-servers", "127.0.0.1:1");
        values.put("registry.url", "http://127.0.0.1:1");
        values.put("s3.endpoint", "http://127.0.0.1:1");
        WorkerConfig.Draft draft = WorkerConfig.draft(RenamedKeys.merged(values, overrides));
        List<String> problems = new ArrayList<>(ports.problems());
        problems.addAll(draft.problems());
        for (Path bundle : draft.config().bundles()) {
            try {
                VerifiedBundle.manifest(bundle);
            } catch (BundleException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    /** What the stack sets whatever ports its parts get. */
    private static Map<String, String> values(Path data, StandalonePorts ports) {
        Map<String, String> values = new HashMap<>();
        values.put("s3.path-style", "true");
        values.put("s3.bucket", BUCKET);
        values.put("s3.access-key", StandaloneStore.CREDENTIALS.accessKey());
        values.put("s3.secret-key", StandaloneStore.CREDENTIALS.secretKey());
        values.put("worker.id", "standalone");
        values.put("state-directory", data.resolve("state").toString());
        values.put("http.port", String.valueOf(ports.http()));
        return values;
    }

    /**
     * Registers the contracts, as {@code sluice schemas register} does. If the user's own schemas forbid that, it says
     * so and goes on.
     */
    private static void bringSchemas(WorkerConfig config) {
        try (RegistryAdmin registry = AvroConfig.of(config.stream().kafka()).administer()) {
            for (Subject subject : config.stream().topics().subjects()) {
                try {
                    registry.setLevel(subject.name(), RegistryAdmin.FULL_TRANSITIVE);
                    registry.register(subject);
                } catch (SchemaRejectedException | RegistryUnavailableException e) {
                    LOG.warn("schema_not_registered subject={} cause=\"{}\"", subject.name(), e.getMessage());
                }
            }
        }
    }

    public Addresses addresses() {
        return addresses;
    }

    WorkerConfig config() {
        return config;
    }

    Worker worker() {
        return worker;
    }

    /** What a user wants to see after the start, by name. */
    Map<String, String> summary() {
        Map<String, String> summary = new LinkedHashMap<>();
        summary.put("kafka", addresses.kafka());
        summary.put("registry", addresses.registry());
        summary.put(
                "s3",
                s3.endpoint() + " (bucket " + BUCKET + ", access key " + StandaloneStore.CREDENTIALS.accessKey()
                        + ", secret key " + StandaloneStore.CREDENTIALS.secretKey() + ")");
        summary.put("health", "http://127.0.0.1:" + worker.httpPort() + "/health/ready");
        summary.put("metrics", "http://127.0.0.1:" + worker.httpPort() + "/metrics");
        summary.put("topics", String.join(", ", addresses.topics().all()));
        return summary;
    }

    @Override
    public void close() {
        closeAll(started);
    }

    /** Closes the parts in the reverse order of the start. A failure of one does not keep the others open. */
    private static void closeAll(Deque<AutoCloseable> parts) {
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                LOG.warn("close_failed part={}", part.getClass().getSimpleName(), e);
            }
        }
    }
}
