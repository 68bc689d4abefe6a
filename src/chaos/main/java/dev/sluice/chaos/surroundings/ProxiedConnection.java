package dev.sluice.chaos.surroundings;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection through a {@link TcpProxy}: a pump for each direction, each with a buffer of its own and on a
 * virtual thread of its own. {@link #close} may be called by any thread and resets both sides.
 */
final class ProxiedConnection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProxiedConnection.class);
    private static final int CHUNK_BYTES = 16 * 1024;

    private final Socket client;
    private final Socket server = new Socket();
    private final ProxyGate gate;
    private volatile boolean closed;

    ProxiedConnection(Socket client, ProxyGate gate) {
        this.client = client;
        this.gate = gate;
    }

    /** Dials the target and pumps until both sides have ended or either fails. */
    void run(SocketAddress target, LongAdder bytesToTarget, LongAdder bytesToClient) {
        try (this) {
            if (gate.awaitPassage(() -> closed)) {
                server.connect(target);
                Thread answers = Thread.ofVirtual().name("proxy-to-client").start(() -> {
                    if (!pump(server, client, bytesToClient)) {
                        close();
                    }
                });
                if (pump(client, server, bytesToTarget)) {
                    answers.join();
                    closeInOrder();
                }
            }
        } catch (IOException e) {
            LOG.debug("event=proxy_target_refused target={} cause={}", target, e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return whether the sender ended in good order, and the receiver was told */
    private boolean pump(Socket from, Socket to, LongAdder bytes) {
        byte[] chunk = new byte[CHUNK_BYTES];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            int read = in.read(chunk);
            while (read >= 0 && gate.awaitPassage(() -> closed)) {
                out.write(chunk, 0, read);
                bytes.add(read);
                read = in.read(chunk);
            }
            // The end of the stream is held back like its bytes.
            if (read < 0 && gate.awaitPassage(() -> closed)) {
                to.shutdownOutput();
                return true;
            }
        } catch (IOException e) {
            LOG.debug("event=proxied_connection_ended cause={}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    /** Lets what is still on its way arrive, which a reset would cut off. */
    private void closeInOrder() throws IOException {
        client.close();
        server.close();
    }

    @Override
    public void close() {
        closed = true;
        reset(client);
        reset(server);
        gate.wake();
    }

    /** Closes with RST, so that the other end learns of it at once whatever it is doing. */
    static void reset(Socket socket) {
        try (socket) {
            if (!socket.isClosed()) {
                socket.setSoLinger(true, 0);
            }
        } catch (IOException e) {
            LOG.debug("event=proxied_socket_close_failed cause={}", e.toString());
        }
    }
}
