package dev.sluice.chaos.surroundings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.Waits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FaultyS3Test {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private final Queue<String> arrived = new ConcurrentLinkedQueue<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private HttpServer store;
    private FaultyS3 faulty;

    @BeforeEach
    void start() throws IOException {
        store = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        store.createContext("/", exchange -> {
            try (exchange) {
                arrived.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " of "
                        + exchange.getRequestHeaders().getFirst("Host") + ": "
                        + exchange.getRequestBody().readAllBytes().length + " bytes");
                exchange.sendResponseHeaders(204, -1);
            }
        });
        store.start();
        faulty = FaultyS3.start(
                URI.create("http://127.0.0.1:" + store.getAddress().getPort()), "secret", Duration.ofMinutes(1));
    }

    @AfterEach
    void stop() {
        faulty.close();
        store.stop(0);
        client.close();
    }

    @Test
    void whatIsNotToFailPassesUnchangedHostAndAll() throws Exception {
        assertThat(put("/images/a/0.png").statusCode()).isEqualTo(204);

        assertThat(arrived)
                .containsExactly("PUT /images/a/0.png of " + faulty.endpoint().getAuthority() + ": 10 bytes");
    }

    @Test
    void faultsHappenInTheirOrderToWritesOfObjectsAlone() throws Exception {
        faulty.inject(S3Fault.ERROR_503, 1);
        faulty.inject(S3Fault.ERROR_500, 1);

        assertThat(put("/images").statusCode()).isEqualTo(204);
        assertThat(put("/images/a?tagging").statusCode()).isEqualTo(204);
        assertThat(List.of(
                        put("/images/a").statusCode(),
                        put("/images/a").statusCode(),
                        put("/images/a").statusCode()))
                .containsExactly(503, 500, 204);
        assertThat(faulty.fired()).isEqualTo(Map.of(S3Fault.ERROR_503, 1, S3Fault.ERROR_500, 1));
    }

    @Test
    void aWriteThatIsCutNeverArrives() {
        faulty.inject(S3Fault.CUT, 100);

        assertThatThrownBy(() -> put("/images/a")).isInstanceOf(IOException.class);
        assertThat(arrived).isEmpty();
    }

    @Test
    void healingEndsTheWaitAndWhatWasStillToCome() throws Exception {
        faulty.inject(S3Fault.SLOW, 2);
        var slow = client.sendAsync(request("/images/a"), BodyHandlers.discarding());
        Waits.atMost(PATIENCE).until(() -> !faulty.fired().isEmpty());

        faulty.heal();

        assertThat(slow.join().statusCode()).isEqualTo(204);
        assertThat(put("/images/a").statusCode()).isEqualTo(204);
        assertThat(faulty.fired()).isEqualTo(Map.of(S3Fault.SLOW, 1));
    }

    private HttpResponse<Void> put(String path) throws IOException, InterruptedException {
        return client.send(request(path), BodyHandlers.discarding());
    }

    private HttpRequest request(String path) {
        return HttpRequest.newBuilder(faulty.endpoint().resolve(path))
                .version(HttpClient.Version.HTTP_1_1)
                .PUT(BodyPublishers.ofByteArray(new byte[10]))
                .build();
    }
}
