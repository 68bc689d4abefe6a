package dev.sluice.app;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Looks whether anything listens where brokers should be, before a command asks a Kafka client, which would go on trying for a
 * minute and say the same with every try. Only a refusal of all addresses counts: what a listener then speaks is the client's
 * business.
 */
final class BrokerReach {
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private BrokerReach() {}

    /**
     * Returns at the first address that takes a connection.
     *
     * @param bootstrapServers as Kafka's clients take them
     * @throws Main.Failure if none does
     */
    static void require(String bootstrapServers) {
        List<String> refusals = new ArrayList<>();
        for (String server : bootstrapServers.split(",", -1)) {
            String address = server.strip();
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
        throw new Main.Failure("No broker can be reached at " + String.join(", ", refusals)
                + ". --kafka says where they are; ./sluice standalone starts one.");
    }

    private static String reason(IOException refused) {
        return refused instanceof UnknownHostException ? "unknown host" : String.valueOf(refused.getMessage());
    }

    private static String host(String address) {
        String host = address.substring(0, address.lastIndexOf(':'));
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
