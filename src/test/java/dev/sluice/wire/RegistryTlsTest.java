package dev.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import org.apache.avro.Schema;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real HTTPS server that wants to see the client's certificate. */
class RegistryTlsTest {
    @TempDir
    private Path folder;

    private final List<String> authorizations = new CopyOnWriteArrayList<>();
    private Path serverTrust;
    private Path clientKey;
    private HttpsServer server;

    @BeforeEach
    void start() throws Exception {
        Path serverKey = TestCertificates.keyStore(folder, "server");
        serverTrust = TestCertificates.trustStore(folder, "server", serverKey);
        clientKey = TestCertificates.keyStore(folder, "client");
        Path clientTrust = TestCertificates.trustStore(folder, "client", clientKey);
        SSLContext context =
                new RegistryTls(store(clientTrust), store(serverKey)).context().orElseThrow();
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                var tls = context.getDefaultSSLParameters();
                tls.setNeedClientAuth(true);
                parameters.setSSLParameters(tls);
            }
        });
        server.createContext("/", exchange -> {
            try (exchange) {
                authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
                byte[] body = "{\"schema\": \"\\\"string\\\"\"}".getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void trustsTheGivenCertificatesAndShowsItsOwn() throws IOException {
        Map<String, Object> config = trusting();
        config.put("schema.registry.ssl.keystore.location", clientKey.toString());
        config.put("schema.registry.ssl.keystore.password", TestCertificates.PASSWORD);
        config.put("bearer.auth.credentials.source", "STATIC_TOKEN");
        config.put("bearer.auth.token", "a-token");
        try (SchemaRegistry registry = AvroConfig.of(config).connect()) {
            assertThat(registry.schemaOf(1)).isEqualTo(Schema.create(Schema.Type.STRING));
        }
        assertThat(authorizations).containsExactly("Bearer a-token");
    }

    @Test
    void isRefusedWithoutACertificateOfItsOwn() {
        try (SchemaRegistry registry = AvroConfig.of(trusting()).connect()) {
            assertThatThrownBy(() -> registry.schemaOf(1)).isInstanceOf(RegistryUnavailableException.class);
        }
        assertThat(authorizations).isEmpty();
    }

    @Test
    void doesNotTrustAStranger() {
        try (SchemaRegistry registry = AvroConfig.of(config()).connect()) {
            assertThatThrownBy(() -> registry.schemaOf(1)).isInstanceOf(RegistryUnavailableException.class);
        }
        assertThat(authorizations).isEmpty();
    }

    @Test
    void aWrongPasswordIsAnErrorOfTheConfiguration() {
        Map<String, Object> config = trusting();
        config.put("schema.registry.ssl.truststore.password", "hidden-and-wrong");
        assertThatThrownBy(() -> AvroConfig.of(config).connect())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(serverTrust.toString())
                .hasMessageNotContaining("hidden");
    }

    private Map<String, Object> trusting() {
        Map<String, Object> config = config();
        config.put("schema.registry.ssl.truststore.location", serverTrust.toString());
        config.put("schema.registry.ssl.truststore.password", TestCertificates.PASSWORD);
        return config;
    }

    private Map<String, Object> config() {
        return new HashMap<>(Map.of(
                "schema.registry.url",
                "https://127.0.0.1:" + server.getAddress().getPort(),
                "sluice.registry.retry.budget.ms",
                1));
    }

    private static Optional<RegistryTls.StoreFile> store(Path path) {
        return Optional.of(new RegistryTls.StoreFile(path, TestCertificates.PASSWORD));
    }
}
