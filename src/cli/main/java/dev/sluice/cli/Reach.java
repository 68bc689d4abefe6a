package dev.sluice.cli;

import dev.sluice.wire.AvroConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.common.config.ConfigException;

/**
 * Looks whether anything listens where brokers and registries should be, before a command asks their clients, which would go on
 * trying for a minute and say the same with every try. Only a refusal of all addresses counts: what a listener then speaks is the
 * client's business.
 */
final class Reach {
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    /** A registry that starts, or is busy, takes its time. */
    private static final Duration ANSWER = Duration.ofSeconds(6);

    private Reach() {}

    /**
     * Returns at the first address that takes a connection.
     *
     * @param bootstrapServers as Kafka's clients take them
     * @throws Main.WrongUsage if one is no address
     * @throws Main.Failure if none takes a connection
     */
    static void requireBrokers(String bootstrapServers) {
        List<String> brokers = Arrays.stream(bootstrapServers.split(",", -1))
                .map(String::strip)
                .filter(address -> !address.isEmpty())
                .toList();
        if (brokers.isEmpty()) {
            throw new Main.WrongUsage("--kafka: must be HOST:PORT, not empty");
        }
        brokers.stream().filter(address -> port(address).isEmpty()).findFirst().ifPresent(address -> {
            throw new Main.WrongUsage("--kafka: must be HOST:PORT, not " + address);
        });
        require(
                brokers,
                "No broker can be reached at ",
                ". --kafka says where they are; ./sluice standalone starts one.");
    }

    /**
     * Returns at the first address of a registry that takes a connection.
     *
     * @param urls as the registry's clients take them
     * @throws Main.Failure if none does
     */
    static void requireRegistries(String urls) {
        require(
                Arrays.stream(urls.split(",", -1)).map(Reach::authority).toList(),
                "No schema registry can be reached at ",
                ". --registry says where it is.");
    }

    /**
     * Asks who listens where a connection is not encrypted: a client would ask for a quarter of a minute.
     *
     * @throws Main.Failure if none of the addresses answers as a broker
     */
    static void requireKafka(Addresses addresses, Duration patience) {
        Object protocol = addresses.properties().getOrDefault("security.protocol", "PLAINTEXT");
        if (!String.valueOf(protocol).toUpperCase(Locale.ROOT).endsWith("PLAINTEXT")) {
            return;
        }
        List<String> strangers = new ArrayList<>();
        for (String address : addresses.kafka().split(",", -1)) {
            OptionalInt port = port(address.strip());
            if (port.isPresent()) {
                Optional<String> stranger = BrokerGreeting.stranger(
                        new InetSocketAddress(host(address.strip()), port.getAsInt()), patience);
                if (stranger.isEmpty()) {
                    return;
                }
                strangers.add(address.strip() + " (" + stranger.get() + ")");
            }
        }
        throw new Main.Failure("Somebody listens, but doesn't answer as a broker at " + String.join(", ", strangers)
                + ": is --kafka right, and security.protocol (--command-config) the brokers' own?");
    }

    /**
     * Asks who listens: the registry's client takes a strange answer for trouble that passes, and waits for its end.
     *
     * @param patience how long it may take, of {@link #ANSWER} at most
     * @throws Main.Failure if no registry answers
     */
    static void requireRegistry(Addresses addresses, Duration patience) {
        try {
            Duration most = patience.compareTo(ANSWER) < 0 ? patience : ANSWER;
            AvroConfig.of(addresses.clientProperties()).stranger(most).ifPresent(stranger -> {
                throw new Main.Failure("Somebody listens, but doesn't answer as a schema registry: " + stranger
                        + ". --registry says where it is.");
            });
        } catch (ConfigException e) {
            throw new Main.WrongUsage(Main.said(e));
        }
    }

    private static void require(List<String> addresses, String what, String hint) {
        List<String> refusals = new ArrayList<>();
        for (String address : addresses) {
            OptionalInt port = port(address);
            if (port.isEmpty()) {
                // The client says better what is wrong with an address.
                return;
            }
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(host(address), port.getAsInt()), (int) PATIENCE.toMillis());
                return;
            } catch (IOException refused) {
                refusals.add(address + " (" + reason(refused) + ")");
            }
        }
        throw new Main.Failure(what + String.join(", ", refusals) + hint);
    }

    /** Host and port of a URL; the URL itself where it has none, which its client says better. */
    private static String authority(String url) {
        try {
            URI uri = URI.create(url.strip());
            int port = uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
            return uri.getHost() == null ? url : uri.getHost() + ":" + port;
        } catch (IllegalArgumentException e) {
            return url;
        }
    }

    /** Some JDKs say twice that it failed. */
    private static String reason(IOException refused) {
        return refused instanceof UnknownHostException
                ? "unknown host"
                : String.valueOf(refused.getMessage()).replace(" (connect failed)", "");
    }

    private static String host(String address) {
        String host = address.substring(
                address.indexOf("://") < 0 ? 0 : address.indexOf("://") + 3, address.lastIndexOf(':'));
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private static OptionalInt port(String address) {
        try {
            int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
            boolean whole = address.lastIndexOf(':') > 0 && port > 0 && port < 1 << 16;
            return whole ? OptionalInt.of(port) : OptionalInt.empty();
        } catch (NumberFormatException e) {
            return OptionalInt.empty();
        }
    }
}
