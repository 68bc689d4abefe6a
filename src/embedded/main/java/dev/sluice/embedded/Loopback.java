package dev.sluice.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.LinkedHashSet;
import java.util.Set;

/** The one interface that the standalone servers listen on, and its ports. */
final class Loopback {
    static final String HOST = "127.0.0.1";

    private static final byte[] ADDRESS = {127, 0, 0, 1};

    private Loopback() {}

    /** Where to listen; port 0 is any free one. */
    static InetSocketAddress address(int port) throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getByAddress(HOST, ADDRESS), port);
    }

    /** Fails with a sentence that names the port, where something listens on it already. */
    static void requireFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(address(port));
        } catch (IOException e) {
            throw new StandaloneException("port " + port + " of " + HOST + " is taken", e);
        }
    }

    /** A port that is free now. Nothing holds it, so somebody else may be faster. */
    static int freePort(Set<Integer> except) {
        Set<Integer> seen = new LinkedHashSet<>();
        while (true) {
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(address(0));
                int port = socket.getLocalPort();
                if (!except.contains(port)) {
                    return port;
                }
                seen.add(port);
            } catch (IOException e) {
                throw new StandaloneException("no free port on " + HOST + " besides " + seen, e);
            }
        }
    }
}
