package dev.sluice.chaos.surroundings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A link to a server that can be made slow, cut, or half-open: clients connect to the proxy's port on the loopback
 * interface, which stays the same until {@link #close}.
 *
 * <p>Any thread may call any method. One thread accepts; each connection has two virtual threads and two small buffers.
 */
public final class TcpProxy implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TcpProxy.class);
    private static final int BACKLOG = 200;

    /**
     * What has happened since the start.
     *
     * @param accepted connections taken on
     * @param refused connections closed as they came, because the link was cut
     */
    public record Counters(long accepted, long refused, long bytesToTarget, long bytesToClient) {}

    private final ServerSocket listening;
    private final ProxyGate gate = new ProxyGate();
    private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
    private final LongAdder accepted = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder bytesToTarget = new LongAdder();
    private final LongAdder bytesToClient = new LongAdder();
    private volatile InetSocketAddress target;

    private TcpProxy(ServerSocket listening, InetSocketAddress target) {
        this.listening = listening;
        this.target = target;
    }

    /** Listens on a free port. The target need not be there yet: until it is, connections are reset. */
    public static TcpProxy start(InetSocketAddress target) {
        try {
            ServerSocket listening = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
            TcpProxy proxy = new TcpProxy(listening, target);
            Thread.ofPlatform()
                    .daemon()
                    .name("proxy-" + listening.getLocalPort())
                    .start(proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException("the proxy to " + target + " did not start", e);
        }
    }

    public int port() {
        return listening.getLocalPort();
    }

    /** Where new connections go from now on; those that are open stay where they are. */
    public void target(InetSocketAddress moved) {
        target = moved;
    }

    /** Passes bytes, but holds each chunk of up to 16 KiB back for so long, in each direction. */
    public void delay(Duration perChunk) {
        gate.delay(perChunk);
    }

    /** Resets all connections, and new ones as they come. */
    public void cut() {
        gate.cut();
        connections.forEach(ProxiedConnection::close);
    }

    /** Makes the link half-open: connections stay, new ones are accepted, and no byte passes either way. */
    public void freeze() {
        gate.freeze();
    }

    /** Passes everything again, at once; what was held back while frozen goes on its way. */
    public void heal() {
        gate.pass();
    }

    public Counters counters() {
        return new Counters(accepted.sum(), refused.sum(), bytesToTarget.sum(), bytesToClient.sum());
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                take(listening.accept());
            } catch (IOException e) {
                if (!listening.isClosed()) {
                    LOG.warn("event=proxy_accept_failed port={} cause={}", port(), e.toString());
                }
            }
        }
    }

    private void take(Socket client) {
        if (gate.isCut()) {
            refused.increment();
            ProxiedConnection.reset(client);
            return;
        }
        accepted.increment();
        ProxiedConnection connection = new ProxiedConnection(client, gate);
        connections.add(connection);
        Thread.ofVirtual().name("proxy-to-target").start(() -> {
            connection.run(target, bytesToTarget, bytesToClient);
            connections.remove(connection);
        });
        // Cut or closed between the look and the registration.
        if (gate.isCut() || listening.isClosed()) {
            connection.close();
        }
    }

    /** Resets all connections and frees the port. */
    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            LOG.warn("event=proxy_close_failed port={} cause={}", port(), e.toString());
        }
        connections.forEach(ProxiedConnection::close);
    }
}
