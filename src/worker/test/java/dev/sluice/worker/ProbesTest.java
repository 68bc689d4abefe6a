package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProbesTest {
    private final List<String> notAlive = new ArrayList<>();
    private final List<String> notReady = new ArrayList<>(List.of("the stream joins its group"));
    private final List<String> remarks = new ArrayList<>();
    private final Probes probes = new Probes(() -> List.of("verifying a bundle, 12 s so far"));

    @Test
    void isAliveAndNothingElseWhileItStarts() {
        assertThat(probes.live().yes()).isTrue();
        assertThat(probes.started()).isEqualTo(no("verifying a bundle, 12 s so far"));
        assertThat(probes.ready()).isEqualTo(no("verifying a bundle, 12 s so far"));
    }

    @Test
    void isStartedOnceWarmAndReadyWhileTheStreamRuns() {
        probes.warm(health());

        assertThat(probes.started().yes()).isTrue();
        assertThat(probes.ready()).isEqualTo(no("the stream joins its group"));

        notReady.clear();
        assertThat(probes.ready()).isEqualTo(new Probes.Answer(true, List.of()));
    }

    @Test
    void isReadyInSpiteOfWhatKeepsItFromNothing() {
        probes.warm(health());
        notReady.clear();
        remarks.add("1 partition waits for a schema");

        assertThat(probes.ready()).isEqualTo(new Probes.Answer(true, remarks));
    }

    @Test
    void isDeadOnceItsPartsAreThoughStarted() {
        probes.warm(health());
        notAlive.add("the engine has stopped");

        assertThat(probes.live()).isEqualTo(no("the engine has stopped"));
        assertThat(probes.started().yes()).isTrue();
    }

    @Test
    void isNotReadyAndNotDeadWhileItStops() {
        probes.warm(health());
        notReady.clear();
        probes.stopping();
        notAlive.add("the stream has ended");

        assertThat(probes.ready()).isEqualTo(no("the worker is stopping: it takes nothing new"));
        assertThat(probes.live().yes()).isTrue();
        assertThat(probes.started().yes()).isTrue();
    }

    @Test
    void theBodySaysWhyNot() throws IOException, InterruptedException {
        try (HttpEndpoint endpoint =
                        new HttpEndpoint(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), probes);
                HttpClient http = HttpClient.newHttpClient()) {
            assertThat(get(http, endpoint, "ready")).isEqualTo("503 no\nverifying a bundle, 12 s so far\n");

            probes.warm(health());
            notReady.add("no connection\nto Kafka");
            assertThat(get(http, endpoint, "ready"))
                    .isEqualTo("503 no\nthe stream joins its group\nno connection\\nto Kafka\n");
            assertThat(get(http, endpoint, "live")).isEqualTo("200 yes\n");
        }
    }

    private static String get(HttpClient http, HttpEndpoint endpoint, String probe)
            throws IOException, InterruptedException {
        URI address = URI.create("http://127.0.0.1:" + endpoint.port() + "/health/" + probe);
        HttpResponse<String> answer =
                http.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.body();
    }

    private static Probes.Answer no(String because) {
        return new Probes.Answer(false, List.of(because));
    }

    private Probes.Health health() {
        return new Probes.Health() {
            @Override
            public List<String> notAlive() {
                return notAlive;
            }

            @Override
            public List<String> notReady() {
                return notReady;
            }

            @Override
            public List<String> remarks() {
                return remarks;
            }
        };
    }
}
