package dev.sluice.worker;

import dev.sluice.engine.EngineSettings;
import dev.sluice.log.LogFormat;
import dev.sluice.log.LogOptions;
import dev.sluice.request.BatchSize;
import dev.sluice.request.PerNetwork;
import dev.sluice.storage.Encryption;
import dev.sluice.storage.ObjectKeys;
import dev.sluice.storage.RetryPolicy;
import dev.sluice.storage.S3Settings;
import dev.sluice.storage.S3Settings.HttpClient;
import dev.sluice.storage.S3Settings.StaticCredentials;
import dev.sluice.stream.CheckpointSettings;
import dev.sluice.stream.GroupProtocol;
import dev.sluice.stream.SettleSettings;
import dev.sluice.stream.StreamSettings;
import dev.sluice.wire.AvroConfig;
import dev.sluice.wire.RefusedProperty;
import dev.sluice.wire.RequestLimits;
import dev.sluice.wire.Topics;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.clients.CommonClientConfigs;

/**
 * A worker's whole configuration, valid once constructed.
 *
 * @param workerId name of the worker in events
 * @param log how the process logs
 */
public record WorkerConfig(
        String workerId,
        LogOptions log,
        List<Path> bundles,
        DeviceChoice device,
        EngineOptions engine,
        PublishOptions publishing,
        StreamSettings stream,
        S3Settings s3,
        CheckpointOptions checkpoints,
        ChargeOptions charges,
        MonitoringOptions monitoring,
        LifecycleOptions lifecycle) {
    private static final int MAX_BATCH_SIZE = 4096;

    /** What a stopping worker does with its place in the group. */
    private enum Membership {
        LEAVE,
        STAY
    }

    public WorkerConfig {
        bundles = List.copyOf(bundles);
    }

    /**
     * Reads values by dotted name.
     *
     * @throws ConfigException listing every unknown key, missing key and wrong value
     */
    public static WorkerConfig read(Map<String, String> values) {
        Draft draft = draft(values);
        if (!draft.problems().isEmpty()) {
            throw new ConfigException(draft.problems());
        }
        return draft.config();
    }

    /** Reads like {@link #read}, but leaves it to the caller to report the problems. */
    public static Draft draft(Map<String, String> values) {
        return draft(values, Map.of());
    }

    /**
     * As above.
     *
     * @param places for some keys, where their value comes from: told with what is wrong with it
     */
    public static Draft draft(Map<String, String> values, Map<String, String> places) {
        ConfigReader reader = new ConfigReader(values, places);
        WorkerConfig config = new WorkerConfig(
                reader.optionalText("worker.id").orElseGet(WorkerConfig::hostName),
                log(reader),
                reader.list("bundles").stream().map(Path::of).toList(),
                reader.parsed("device", "cpu or gpu:N", new DeviceChoice.Cpu(), DeviceChoice::parse),
                engine(reader),
                new PublishOptions(
                        reader.integer("finish.threads", 1, 1024), reader.integer("finish.max-requests", 1, 1_000_000)),
                stream(reader),
                s3(reader),
                checkpoints(reader),
                new ChargeOptions(PriceOptions.read(reader), reader.duration("price.overhead-interval")),
                monitoring(reader),
                new LifecycleOptions(reader.duration("startup.patience"), reader.duration("shutdown.grace")));
        return new Draft(config, reader.problems());
    }

    private static MonitoringOptions monitoring(ConfigReader reader) {
        return new MonitoringOptions(
                new InetSocketAddress(reader.text("http.host"), reader.integer("http.port", 0, 65535)),
                new MetricsOptions(reader.integer("metrics.tenants", 0, 100_000), reader.share("metrics.audit-share")),
                reader.optionalUri("traces.endpoint"),
                reader.duration("health.longest-batch"));
    }

    private static LogOptions log(ConfigReader reader) {
        return new LogOptions(
                reader.choice("log.format", LogFormat.class, LogFormat.LOGFMT),
                reader.choice("log.level", LogOptions.Least.class, LogOptions.Least.INFO));
    }

    /**
     * A configuration as far as it could be read.
     *
     * @param config where a value makes no sense, with something else in its place
     * @param problems every unknown key, missing key and wrong value, each after the key's name and a colon
     */
    public record Draft(WorkerConfig config, List<String> problems) {
        public Draft {
            problems = List.copyOf(problems);
        }
    }

    private static EngineOptions engine(ConfigReader reader) {
        long deviceMemory = reader.integer("engine.device-memory", 0, Integer.MAX_VALUE) * (1L << 20);
        return new EngineOptions(
                reader.choice("engine.batch-mode", BatchSize.class, BatchSize.CONSTANT),
                PerNetwork.of(network -> auto(reader, ConfigKey.batchSize(network), MAX_BATCH_SIZE)
                        .orElse(0)),
                reader.integer("engine.guide-patience", 1, 1_000_000),
                auto(reader, "engine.max-images", 1_000_000),
                reader.duration("engine.progress-interval"),
                deviceMemory == 0 ? EngineSettings.UNLIMITED : deviceMemory,
                reader.duration("engine.bundle-patience"),
                reader.integer("engine.threads", 1, 1024));
    }

    private static OptionalInt auto(ConfigReader reader, String name, int most) {
        return reader.text(name).equals("auto") ? OptionalInt.empty() : OptionalInt.of(reader.integer(name, 1, most));
    }

    private static StreamSettings stream(ConfigReader reader) {
        Map<String, Object> kafka = reader.kafkaProperties();
        kafka.put("bootstrap.servers", reader.text("kafka.bootstrap-servers"));
        kafka.put(AvroConfig.REGISTRY_URL, reader.text("registry.url"));
        kafka.put(AvroConfig.AUTO_REGISTER, String.valueOf(reader.flag("registry.auto-register")));
        kafka.put(
                AvroConfig.ANSWER_PATIENCE_MS,
                String.valueOf(reader.duration("registry.answer-patience").toMillis()));
        passOn(reader, "registry.user-info", AvroConfig.USER_INFO, kafka);
        passOn(reader, "registry.bearer-token", AvroConfig.TOKEN, kafka);
        passOn(reader, "registry.truststore", AvroConfig.TRUSTSTORE, kafka);
        passOn(reader, "registry.truststore-password", AvroConfig.TRUSTSTORE_PASSWORD, kafka);
        passOn(reader, "registry.keystore", AvroConfig.KEYSTORE, kafka);
        passOn(reader, "registry.keystore-password", AvroConfig.KEYSTORE_PASSWORD, kafka);
        if (reader.optionalText("registry.url").isPresent()) {
            requireUsableRegistry(reader, kafka);
        }
        GroupProtocol.problem(kafka)
                .ifPresent(problem -> reader.problem(ConfigKey.KAFKA_PROPERTIES + "group.protocol", problem));
        return new StreamSettings(
                reader.text("application.id"),
                new Topics(
                        reader.text("topics.requests"),
                        reader.text("topics.cancellations"),
                        reader.text("topics.completions"),
                        reader.text("topics.failures"),
                        reader.text("topics.costs"),
                        reader.text("topics.progress"),
                        reader.text("topics.dead-letters")),
                Path.of(reader.text("state-directory")),
                new SettleSettings(
                        reader.duration("settle.interval"),
                        reader.duration("settle.retention"),
                        reader.duration("settle.retry-pause"),
                        reader.duration("settle.time-budget"),
                        reader.integer("settle.attempts", 3, 1000)),
                leavesGroup(reader, kafka),
                limits(reader),
                kafka);
    }

    /** Nothing is connected to yet; addresses, credentials and stores are looked at. */
    private static void requireUsableRegistry(ConfigReader reader, Map<String, Object> kafka) {
        try {
            AvroConfig.of(kafka).connect().close();
        } catch (org.apache.kafka.common.config.ConfigException e) {
            RefusedProperty.of(e)
                    .ifPresentOrElse(
                            refused -> reader.problem(key(refused.name()), refused.sentence(shown(refused))),
                            () -> reader.problem(
                                    "registry", Masking.masked("registry.url", String.valueOf(e.getMessage()))));
        }
    }

    /** The key that a property of the registry's client was passed on from. */
    private static String key(String property) {
        return property.equals(AvroConfig.REGISTRY_URL) ? "registry.url" : ConfigKey.KAFKA_PROPERTIES + property;
    }

    private static String shown(RefusedProperty refused) {
        return Masking.masked(key(refused.name()), refused.value());
    }

    private static void passOn(ConfigReader reader, String name, String property, Map<String, Object> kafka) {
        reader.optionalText(name).ifPresent(value -> kafka.put(property, value));
    }

    /** Bounded themselves, so that what a worker writes about a record always fits into Kafka's usual 1 MiB. */
    private static RequestLimits limits(ConfigReader reader) {
        return new RequestLimits(
                reader.integer("limits.message-bytes", 1024, 512 << 10),
                reader.integer("limits.dead-letter-bytes", 1024, 768 << 10),
                reader.integer("limits.max-id-length", 1, 1000),
                reader.integer("limits.max-name-length", 1, 1000),
                reader.integer("limits.max-text-length", 1, 100_000),
                reader.integer("limits.max-images", 1, 1000),
                reader.integer("limits.max-steps", 1, 100_000),
                reader.integer("limits.max-scale", 1, 1_000_000),
                reader.integer("limits.max-exponent", 1, 1000),
                reader.integer("limits.max-tags", 0, 10_000),
                reader.integer("limits.max-tag-length", 1, 10_000),
                reader.integer("limits.max-reason-length", 1, 10_000));
    }

    private static boolean leavesGroup(ConfigReader reader, Map<String, Object> kafka) {
        boolean stays = reader.choice("shutdown.membership", Membership.class, Membership.LEAVE) == Membership.STAY;
        if (stays && !kafka.containsKey(CommonClientConfigs.GROUP_INSTANCE_ID_CONFIG)) {
            reader.problem(
                    "shutdown.membership",
                    "stay needs " + ConfigKey.KAFKA_PROPERTIES
                            + "group.instance.id, or nobody could take the worker's place before its session ends");
        }
        return !stays;
    }

    private static S3Settings s3(ConfigReader reader) {
        Optional<String> accessKey = reader.optionalText("s3.access-key");
        Optional<String> secretKey = reader.optionalText("s3.secret-key");
        if (accessKey.isPresent() != secretKey.isPresent()) {
            reader.problem("s3.secret-key", "must be set together with s3.access-key, or neither");
        }
        return new S3Settings(
                reader.optionalUri("s3.endpoint"),
                reader.name("s3.region", "the name of a region"),
                reader.flag("s3.path-style"),
                accessKey.flatMap(access -> secretKey.map(secret -> new StaticCredentials(access, secret))),
                reader.optionalText("s3.bucket").orElse("unset"),
                new ObjectKeys(reader.keyPrefix("s3.prefix")),
                encryption(reader),
                reader.choice("s3.client", HttpClient.class, HttpClient.CRT),
                reader.integer("s3.max-connections", 1, 10_000),
                new RetryPolicy(
                        reader.integer("s3.retry.attempts", 1, 1_000_000),
                        reader.duration("s3.retry.first-wait"),
                        reader.duration("s3.retry.longest-wait"),
                        reader.duration("s3.retry.attempt-timeout"),
                        reader.duration("s3.retry.budget")));
    }

    private static Encryption encryption(ConfigReader reader) {
        boolean bucketKey = reader.flag("s3.sse-bucket-key");
        Optional<String> keyId = reader.optionalText("s3.sse-kms-key-id");
        SseKind kind = reader.choice("s3.sse", SseKind.class, SseKind.NONE);
        if (kind != SseKind.KMS && keyId.isPresent()) {
            reader.problem("s3.sse-kms-key-id", "is only for s3.sse=kms");
        }
        return switch (kind) {
            case NONE -> new Encryption.BucketDefault();
            case AES256 -> new Encryption.StoreKeys();
            case KMS -> new Encryption.ManagedKey(keyId, bucketKey);
        };
    }

    /** What {@code s3.sse} may be. */
    private enum SseKind {
        NONE,
        AES256,
        KMS
    }

    private static CheckpointOptions checkpoints(ConfigReader reader) {
        int steps = reader.integer("checkpoint.steps", 0, 1_000_000);
        return new CheckpointOptions(
                new CheckpointSettings(
                        reader.optionalDuration("checkpoint.every"),
                        steps == 0 ? OptionalInt.empty() : OptionalInt.of(steps)),
                reader.keyPrefix("checkpoint.prefix"),
                reader.duration("checkpoint.ttl"));
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "worker";
        }
    }
}
