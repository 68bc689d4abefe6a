package dev.sluice.chaos.surroundings;

import dev.sluice.wire.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * What workers need around them: broker, registry and S3, each real and each with something in front of it that can break.
 * Confined to one thread, but for the addresses.
 */
public final class Surroundings implements AutoCloseable {
    public static final Topics TOPICS = Topics.DEFAULT;
    public static final String BUCKET = "images";
    public static final String APPLICATION_ID = "sluice-chaos";
    public static final int PARTITIONS = 4;
    /** How long answers are held back. It is longer than a worker waits for one attempt. */
    public static final Duration SLOWNESS = Duration.ofSeconds(5);

    private final BrokerProcess broker;
    private final ProxiedRegistry registry;
    private final RestartableS3 s3;
    private final FaultyS3 faultyS3;

    private Surroundings(BrokerProcess broker, ProxiedRegistry registry, RestartableS3 s3, FaultyS3 faultyS3) {
        this.broker = broker;
        this.registry = registry;
        this.s3 = s3;
        this.faultyS3 = faultyS3;
    }

    /** Starts everything in the folder, and creates topics and bucket. */
    public static Surroundings start(Path folder) throws InterruptedException {
        BrokerProcess broker = BrokerProcess.start(folder.resolve("kafka"));
        try {
            broker.createTopics(TOPICS, PARTITIONS);
            ProxiedRegistry registry = ProxiedRegistry.start(folder.resolve("registry"));
            RestartableS3 s3 = RestartableS3.start(folder.resolve("s3"), BUCKET);
            FaultyS3 faulty = FaultyS3.start(s3.endpoint(), s3.access().secretKey(), SLOWNESS);
            return new Surroundings(broker, registry, s3, faulty);
        } catch (RuntimeException e) {
            broker.close();
            throw e;
        }
    }

    public BrokerProcess broker() {
        return broker;
    }

    public ProxiedRegistry registry() {
        return registry;
    }

    public S3Access s3() {
        return s3.access();
    }

    public FaultyS3 faultyS3() {
        return faultyS3;
    }

    /** Brings everything back that a fault may have left broken. */
    public void heal() throws InterruptedException {
        broker.proxy().heal();
        if (!broker.isAlive()) {
            broker.start();
        }
        registry.proxy().heal();
        registry.forget(false);
        registry.start();
        faultyS3.heal();
    }

    /** A worker's configuration here: fixed calls, so that bits are equal, and the shortest patience that Kafka takes. */
    public Map<String, String> workerSettings(Path bundle) {
        Map<String, String> settings = new TreeMap<>();
        settings.put("bundles", bundle.toString());
        settings.put("application.id", APPLICATION_ID);
        settings.put("engine.batch-size", "16");
        settings.put("engine.guide-batch-size", "8");
        settings.put("engine.progress-interval", "200ms");
        settings.put("kafka.bootstrap-servers", broker.bootstrapServers());
        settings.put("kafka.properties.session.timeout.ms", "6000");
        settings.put("kafka.properties.heartbeat.interval.ms", "2000");
        settings.put("kafka.properties.transaction.timeout.ms", "10000");
        settings.put("kafka.properties.request.timeout.ms", "5000");
        settings.put("kafka.properties.default.api.timeout.ms", "15000");
        settings.put("kafka.properties.reconnect.backoff.max.ms", "500");
        settings.put("registry.url", registry.url().toString());
        // Poison with an unknown id holds its partition for so long; longer than a registry forgets an id here.
        settings.put("registry.answer-patience", "5s");
        settings.put("s3.endpoint", faultyS3.endpoint().toString());
        settings.put("s3.bucket", BUCKET);
        settings.put("s3.path-style", "true");
        settings.put("s3.access-key", s3.access().accessKey());
        settings.put("s3.secret-key", s3.access().secretKey());
        settings.put("s3.retry.attempt-timeout", "2s");
        settings.put("s3.retry.budget", "30s");
        settings.put("settle.retry-pause", "1s");
        settings.put("price.per-device-second", "0.0001");
        settings.put("price.overhead-interval", "5s");
        settings.put("shutdown.grace", "10s");
        return settings;
    }

    @Override
    public void close() {
        faultyS3.close();
        s3.close();
        registry.close();
        broker.close();
    }
}
