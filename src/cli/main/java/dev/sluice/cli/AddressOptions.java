package dev.sluice.cli;

import dev.sluice.cost.FocusKey;
import dev.sluice.text.FileFault;
import dev.sluice.wire.AvroConfig;
import dev.sluice.wire.Topics;
import dev.sluice.worker.KafkaNames;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --kafka}, {@code --registry} and {@code --command-config}, as a standalone's by default. */
final class AddressOptions {
    private static final String BOOTSTRAP_SERVERS = "bootstrap.servers";
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    @Option(
            names = "--kafka",
            paramLabel = "HOST:PORT",
            description = "Brokers. Default: bootstrap.servers of --command-config, else 127.0.0.1:9092.")
    private @Nullable String kafka;

    @Option(
            names = "--registry",
            paramLabel = "URL",
            description = "Schema registries. Default: " + AvroConfig.REGISTRY_URL
                    + " of --command-config, else http://127.0.0.1:8081.")
    private @Nullable String registry;

    @Option(
            names = "--command-config",
            paramLabel = "FILE",
            description =
                    "Properties of the Kafka client and of the registry's, such as security.protocol, sasl.jaas.config or "
                            + AvroConfig.USER_INFO
                            + "; for pictures also s3.endpoint, s3.region, s3.path-style, s3.access-key"
                            + " and s3.secret-key.")
    private @Nullable Path commandConfig;

    /**
     * With the topics' usual names.
     *
     * @throws Main.Failure if the properties can't be read or used
     */
    Addresses addresses() {
        Map<String, Object> properties = properties(commandConfig);
        properties.keySet().removeIf(AddressOptions::isStore);
        Addresses addresses = new Addresses(
                chosen(kafka, properties, BOOTSTRAP_SERVERS, "127.0.0.1:9092"),
                chosen(registry, properties, AvroConfig.REGISTRY_URL, "http://127.0.0.1:8081"),
                Topics.DEFAULT,
                properties);
        requireUsable(addresses);
        return addresses;
    }

    /** Reads the addresses as the registry's client does, and reports what is wrong before a Kafka client wraps it. */
    private static void requireUsable(Addresses addresses) {
        addresses.properties().keySet().stream()
                .filter(name -> !name.startsWith(FocusKey.PREFIX))
                .sorted()
                .forEach(name -> KafkaNames.meant(name).ifPresent(meant -> {
                    throw new Main.WrongUsage(
                            "--command-config: no such property: " + name + "; did you mean " + meant + "?");
                }));
        try {
            AvroConfig.of(addresses.clientProperties());
        } catch (ConfigException e) {
            throw new Main.WrongUsage(Main.said(e));
        }
    }

    /**
     * The same, after a check that a broker listens, with clients that give up after a quarter of a minute.
     *
     * @throws Main.Failure if the properties can't be read, or nobody listens
     */
    Addresses reachable() {
        return reachable(PATIENCE);
    }

    /**
     * The same, with clients that give up when {@code patience} is over.
     *
     * @throws Main.Failure if the properties can't be read, or nobody listens
     */
    Addresses reachable(Duration patience) {
        Addresses addresses = addresses();
        Reach.requireBrokers(addresses.kafka());
        Reach.requireKafka(addresses, patience);
        return addresses.within(patience);
    }

    /**
     * The same, after a check that a registry listens too.
     *
     * @throws Main.Failure if the properties can't be read, or nobody listens
     */
    Addresses reachableWithRegistry(Duration patience) {
        Addresses addresses = addresses();
        Reach.requireBrokers(addresses.kafka());
        Reach.requireRegistries(addresses.registry());
        Reach.requireKafka(addresses, patience);
        Reach.requireRegistry(addresses, patience);
        return addresses.within(patience);
    }

    /** The same, with clients that give up after a quarter of a minute. */
    Addresses reachableWithRegistry() {
        return reachableWithRegistry(PATIENCE);
    }

    /**
     * The properties of {@code --command-config} for the store. No client of Kafka takes them.
     *
     * @throws Main.Failure if the properties can't be read
     */
    Map<String, String> store() {
        Map<String, String> store = new HashMap<>();
        properties(commandConfig).forEach((name, value) -> {
            if (isStore(name)) {
                store.put(name, value.toString());
            }
        });
        return store;
    }

    private static boolean isStore(String name) {
        return name.startsWith("s3.");
    }

    /** The options as they were given, to be typed again with another command. */
    String asTyped() {
        StringBuilder typed = new StringBuilder();
        append(typed, "--kafka", kafka);
        append(typed, "--registry", registry);
        append(typed, "--command-config", commandConfig);
        return typed.toString();
    }

    private static void append(StringBuilder typed, String name, @Nullable Object value) {
        if (value != null) {
            typed.append(' ').append(name).append(' ').append(value);
        }
    }

    /**
     * What a file of Java properties says; nothing where there is none.
     *
     * @throws Main.Failure if it can't be read
     */
    static Map<String, Object> properties(@Nullable Path file) {
        Map<String, Object> values = new HashMap<>();
        if (file != null) {
            Properties properties = new Properties();
            try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                properties.load(reader);
            } catch (IOException e) {
                throw new Main.Failure("can't read " + file + ": " + FileFault.reason(e));
            } catch (IllegalArgumentException e) {
                throw new Main.Failure("can't read " + file + ": " + e.getMessage());
            }
            properties.forEach((name, value) -> values.put(name.toString(), value));
        }
        return values;
    }

    private static String chosen(
            @Nullable String option, Map<String, Object> properties, String property, String otherwise) {
        return option != null
                ? option
                : properties.getOrDefault(property, otherwise).toString();
    }
}
