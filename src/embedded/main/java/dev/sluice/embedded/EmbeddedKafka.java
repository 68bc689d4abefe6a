package dev.sluice.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka cluster of one node, broker and controller, in this process. Its topics, offsets and transactions lie in one
 * folder and are there again after a restart.
 *
 * <p>Any thread may call any method; {@link #close()} once.
 */
public final class EmbeddedKafka implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedKafka.class);
    private static final int START_ATTEMPTS = 5;

    private final KafkaRaftServer server;
    private final String bootstrapServers;

    private EmbeddedKafka(KafkaRaftServer server, String bootstrapServers) {
        this.server = server;
        this.bootstrapServers = bootstrapServers;
    }

    /**
     * Starts the broker and returns when it takes clients.
     *
     * @param folder made and formatted where it is new
     * @param port of the loopback interface; 0 for a free one
     * @throws StandaloneException where the port is taken, or the folder is in use or cannot be used
     */
    public static EmbeddedKafka start(Path folder, int port) {
        return startPatiently(folder, port, Map.of(), broker -> new Listeners(broker, broker));
    }

    /**
     * Starts the broker behind a proxy: clients are told the proxy's port, and so go through it from their second
     * connection on. What the broker says to itself doesn't.
     *
     * @param port of the loopback interface, where the proxy finds the broker; 0 for a free one
     * @param advertisedPort of the proxy, on the loopback interface
     * @param internalPort where the broker takes its own requests; the same after each restart
     * @param settings broker settings, in place of the usual ones
     * @throws StandaloneException as for {@link #start(Path, int)}
     */
    public static EmbeddedKafka start(
            Path folder, int port, int advertisedPort, int internalPort, Map<String, String> settings) {
        return startPatiently(folder, port, settings, broker -> new Listeners(advertisedPort, internalPort));
    }

    private record Listeners(int advertised, int internal) {}

    private static EmbeddedKafka startPatiently(
            Path folder, int port, Map<String, String> overrides, IntFunction<Listeners> listenersOf) {
        format(folder);
        requireUnused(folder);
        int attempt = 1;
        while (true) {
            // Clients are told the port before the broker binds it, so a free one is chosen now and may be lost.
            int brokerPort = port == 0 ? Loopback.freePort(Set.of()) : port;
            Loopback.requireFree(brokerPort);
            Listeners listeners = listenersOf.apply(brokerPort);
            int controllerPort = Loopback.freePort(Set.copyOf(List.of(brokerPort, listeners.internal())));
            Map<String, String> settings = new HashMap<>(SingleNodeSettings.of(
                    folder,
                    new SingleNodeSettings.Ports(
                            brokerPort, listeners.advertised(), listeners.internal(), controllerPort)));
            settings.putAll(overrides);
            try {
                return startOn(KafkaConfig.apply(settings, false), folder, brokerPort);
            } catch (KafkaException e) {
                if (port != 0 || attempt == START_ATTEMPTS) {
                    throw new StandaloneException("Kafka did not start in " + folder, e);
                }
                LOG.warn("event=kafka_start_retried attempt={} port={} cause={}", attempt, brokerPort, e.toString());
                attempt++;
            }
        }
    }

    private static EmbeddedKafka startOn(KafkaConfig config, Path folder, int brokerPort) {
        KafkaRaftServer server = new KafkaRaftServer(config, Time.SYSTEM);
        try {
            server.startup();
        } catch (RuntimeException e) {
            server.shutdown();
            throw e;
        }
        LOG.info("event=kafka_started port={} folder={}", brokerPort, folder);
        return new EmbeddedKafka(server, Loopback.HOST + ":" + brokerPort);
    }

    /** Gives a new folder its cluster id. Kafka writes {@code meta.properties} last, so its presence means formatted. */
    private static void format(Path folder) {
        if (Files.exists(folder.resolve("meta.properties"))) {
            return;
        }
        try {
            Files.createDirectories(folder);
            new Formatter()
                    .setClusterId(Uuid.randomUuid().toString())
                    .setNodeId(SingleNodeSettings.NODE_ID)
                    .setControllerListenerName(SingleNodeSettings.CONTROLLER_LISTENER)
                    .setDirectories(List.of(folder.toString()))
                    .setMetadataLogDirectory(folder.toString())
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .run();
        } catch (IOException e) {
            throw new StandaloneException("Kafka's folder " + folder + " could not be made", e);
        } catch (Exception e) {
            throw new StandaloneException("Kafka's folder " + folder + " could not be formatted", e);
        }
    }

    /** Asked here because the controller ends the whole process where its folder is locked. */
    private static void requireUnused(Path folder) {
        Path lockFile = folder.resolve(".lock");
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock == null) {
                throw new StandaloneException("another process uses Kafka's folder " + folder);
            }
        } catch (OverlappingFileLockException e) {
            throw new StandaloneException("another broker of this process uses Kafka's folder " + folder, e);
        } catch (IOException e) {
            throw new StandaloneException("Kafka's folder " + folder + " cannot be locked", e);
        }
    }

    /** {@code host:port}, for every client's {@code bootstrap.servers}. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /**
     * Creates the topics that are missing, and returns when clients see them; those that exist stay as they are.
     *
     * @param partitions number of partitions by topic name
     * @param config topic settings, for each of the topics created
     * @throws StandaloneException where the broker refuses a topic
     */
    public void createTopics(Map<String, Integer> partitions, Map<String, String> config) {
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers))) {
            new TopicCreation(admin).create(partitions, config);
        }
    }

    /** Stops the broker and returns when its logs are closed. */
    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
        LOG.info("event=kafka_stopped address={}", bootstrapServers);
    }
}
