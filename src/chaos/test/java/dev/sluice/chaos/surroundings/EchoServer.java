package dev.sluice.chaos.surroundings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.LongAdder;

/** Sends back what it gets, until the sender ends. */
final class EchoServer implements AutoCloseable {
    private final ServerSocket listening;
    private final LongAdder received = new LongAdder();

    private EchoServer(ServerSocket listening) {
        this.listening = listening;
    }

    static EchoServer start() {
        try {
            EchoServer server = new EchoServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
            Thread.ofPlatform().daemon().start(server::accept);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    InetSocketAddress address() {
        return FreePort.address(listening.getLocalPort());
    }

    /** Bytes from all clients. */
    long received() {
        return received.sum();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                Thread.ofVirtual().start(() -> echo(client));
            } catch (IOException e) {
                // Closed.
            }
        }
    }

    private void echo(Socket client) {
        try (client) {
            byte[] buffer = new byte[4096];
            int read = client.getInputStream().read(buffer);
            while (read >= 0) {
                received.add(read);
                client.getOutputStream().write(buffer, 0, read);
                read = client.getInputStream().read(buffer);
            }
        } catch (IOException e) {
            // The client is gone.
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
