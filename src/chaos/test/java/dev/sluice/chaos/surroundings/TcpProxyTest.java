package dev.sluice.chaos.surroundings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TcpProxyTest {
    private static final int SILENCE_MILLIS = 200;

    private final EchoServer server = EchoServer.start();
    private final TcpProxy proxy = TcpProxy.start(server.address());

    @AfterEach
    void close() throws IOException {
        proxy.close();
        server.close();
    }

    @Test
    void passesMoreThanItBuffersUnchanged() throws Exception {
        byte[] sent = new byte[3_000_000];
        new Random(1).nextBytes(sent);
        try (Socket client = connect()) {
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
                try {
                    client.getOutputStream().write(sent);
                    client.shutdownOutput();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            byte[] back = client.getInputStream().readAllBytes();
            writing.get();

            assertThat(Arrays.equals(back, sent)).isTrue();
            assertThat(proxy.counters()).isEqualTo(new TcpProxy.Counters(1, 0, sent.length, sent.length));
        }
    }

    @Test
    void holdsEachChunkBackForTheDelay() throws Exception {
        proxy.delay(Duration.ofMillis(150));
        try (Socket client = connect()) {
            long begin = System.nanoTime();
            assertThat(echo(client, "slow")).isEqualTo("slow");

            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
        }
    }

    @Test
    void cutResetsOpenConnectionsAndNewOnes() throws Exception {
        try (Socket open = connect()) {
            assertThat(echo(open, "before")).isEqualTo("before");

            proxy.cut();

            assertThatThrownBy(() -> echo(open, "after")).isInstanceOf(SocketException.class);
        }
        assertThatThrownBy(() -> {
                    try (Socket late = connect()) {
                        echo(late, "late");
                    }
                })
                .isInstanceOf(SocketException.class);
        assertThat(proxy.counters().refused()).isEqualTo(1);
    }

    @Test
    void takesConnectionsAgainOnceHealedFromACut() throws Exception {
        proxy.cut();
        proxy.heal();
        try (Socket client = connect()) {
            assertThat(echo(client, "again")).isEqualTo("again");
        }
    }

    @Test
    void frozenLinkKeepsConnectionsAndPassesNothing() throws Exception {
        try (Socket open = connect()) {
            assertThat(echo(open, "before")).isEqualTo("before");
            proxy.freeze();
            long reached = server.received();
            try (Socket late = connect()) {
                for (Socket client : new Socket[] {open, late}) {
                    client.setSoTimeout(SILENCE_MILLIS);
                    assertThatThrownBy(() -> echo(client, "held")).isInstanceOf(SocketTimeoutException.class);
                }
                assertThat(server.received()).isEqualTo(reached);

                proxy.heal();

                for (Socket client : new Socket[] {open, late}) {
                    client.setSoTimeout(0);
                    assertThat(read(client, "held".length())).isEqualTo("held");
                }
            }
        }
    }

    @Test
    void cutEndsConnectionsThatAreFrozen() throws Exception {
        try (Socket open = connect()) {
            assertThat(echo(open, "before")).isEqualTo("before");
            proxy.freeze();
            open.getOutputStream().write(1);

            proxy.cut();

            assertThatThrownBy(() -> open.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void followsItsTargetAndSurvivesOneThatIsDown() throws Exception {
        proxy.target(FreePort.address(FreePort.find()));
        assertThatThrownBy(() -> {
                    try (Socket client = connect()) {
                        echo(client, "nobody there");
                    }
                })
                .isInstanceOf(SocketException.class);

        proxy.target(server.address());

        try (Socket client = connect()) {
            assertThat(echo(client, "moved")).isEqualTo("moved");
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.connect(FreePort.address(proxy.port()));
        return socket;
    }

    private static String echo(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        return read(client, text.length());
    }

    private static String read(Socket client, int length) throws IOException {
        byte[] bytes = client.getInputStream().readNBytes(length);
        if (bytes.length < length) {
            throw new SocketException("ended after " + bytes.length + " bytes");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
