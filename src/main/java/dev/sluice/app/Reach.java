package dev.sluice.app;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * Looks whether anything listens where brokers and registries should be, before a command asks their clients, which would go on
 * trying for a minute and say the same with every try. Only a refusal of all addresses counts: what a listener then speaks is the
 * client's business.
 */
final class Reach {
    private static final Duration PATIENCE = Duration.ofSeconds(3);

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
     * Likewise.
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
