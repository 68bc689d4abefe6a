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
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against a real HTTPS server that wants to see the client's certificate. */
class RegistryTlsTest {
    /** Made for this test by openssl, as it makes them now: PBES2. The password is "hidden". */
    private static final String ENCRYPTED_KEY = """
            -----BEGIN ENCRYPTED PRIVATE KEY-----
            MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjhjT4optQK4QICCAAw
            DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEENfhLtgPMRQdQbiajRw2qcQEgZD+
            zvPRnzIXYZPFv7Bz7QNutDQK4gB806AP1RH1azQIHBVT5Qu5HHM3O08PdBkGuKz8
            DeRwMhn16EI+zaI0jybspCkqcGwVeN8BQpyXQlJMgtpfqVM9sWTIhSwmFSeDFr/5
            /Rc+3NP7XYnA4s5yMs8KTfMjMAERM+euw9+UWWBzVCrjxNTDeM2MDVCKmeh4feE=
            -----END ENCRYPTED PRIVATE KEY-----
            -----BEGIN CERTIFICATE-----
            MIIBdzCCAR2gAwIBAgIUFV7q2v7B9LoqZ1uGRqnW6gDfvawwCgYIKoZIzj0EAwIw
            ETEPMA0GA1UEAwwGY2xpZW50MB4XDTI2MTEzMDEwMTE0MloXDTI2MTIwMjEwMTE0
            MlowETEPMA0GA1UEAwwGY2xpZW50MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
            3e44g3qtP+wgGE0tCYT78HqXOpEN0Low3ogSX91qn+sneGW5Bnd7z3jtFklKGLA8
            mlWtQBi8/c7NmmOtH3zC56NTMFEwHQYDVR0OBBYEFFQVPDEJR/g/jMcU59HEw15V
            NDzgMB8GA1UdIwQYMBaAFFQVPDEJR/g/jMcU59HEw15VNDzgMA8GA1UdEwEB/wQF
            MAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgURWh9q2yrgbMnRP+J+P1XnXoOOkmvETJ
            oyJRKAtbekECIQC9q5wOMwI0iZbKeuapcGFPbAy+peFeYE9q99catW/gug==
            -----END CERTIFICATE-----
            """;

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
    void takesPemForBoth() throws Exception {
        Map<String, Object> config = config();
        Path trusted = TestCertificates.certificate(folder, "server", folder.resolve("server-key.p12"));
        config.put("schema.registry.ssl.truststore.location", trusted.toString());
        config.put("schema.registry.ssl.keystore.location", pemOfClient().toString());

        try (SchemaRegistry registry = AvroConfig.of(config).connect()) {
            assertThat(registry.schemaOf(1)).isEqualTo(Schema.create(Schema.Type.STRING));
        }
    }

    @Test
    void takesAnEncryptedKeyInPem() throws IOException {
        Path file = Files.writeString(folder.resolve("encrypted.pem"), ENCRYPTED_KEY);
        Map<String, Object> config = config();
        config.put("schema.registry.ssl.keystore.location", file.toString());
        config.put("schema.registry.ssl.keystore.password", "hidden");

        AvroConfig.of(config).connect().close();
        config.put("schema.registry.ssl.keystore.password", "wrong-one");
        assertThatThrownBy(() -> AvroConfig.of(config).connect())
                .isInstanceOf(ConfigException.class)
                .hasMessage("the key store " + file + " can't be used: its password is wrong");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "just text | is neither PKCS #12 nor JKS nor PEM",
                "-----BEGIN CERTIFICATE-----  -----END CERTIFICATE----- | has no certificate",
                "-----BEGIN PRIVATE KEY----- AAAA -----END PRIVATE KEY----- | has no certificate",
            })
    void saysInASentenceWhatIsWrongWithATrustStore(String content, String problem) throws IOException {
        Path file = Files.writeString(folder.resolve("odd"), content);
        Map<String, Object> config = config();
        config.put("schema.registry.ssl.truststore.location", file.toString());

        assertThatThrownBy(() -> AvroConfig.of(config).connect())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("the trust store " + file)
                .hasMessageContaining(problem)
                .hasMessageNotContaining("[");
    }

    @Test
    void saysThatAStoreDoesNotExist() {
        Map<String, Object> config = config();
        config.put("schema.registry.ssl.keystore.location", "/nowhere/key.pem");

        assertThatThrownBy(() -> AvroConfig.of(config).connect())
                .isInstanceOf(ConfigException.class)
                .hasMessage("the key store /nowhere/key.pem doesn't exist");
    }

    @Test
    void asksForPkcs8WhereAPemKeyIsOfAnotherForm() throws Exception {
        Path certificate = TestCertificates.certificate(folder, "client", clientKey);
        Path file = Files.writeString(
                folder.resolve("old.pem"),
                "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n" + Files.readString(certificate));
        Map<String, Object> config = trusting();
        config.put("schema.registry.ssl.keystore.location", file.toString());

        assertThatThrownBy(() -> AvroConfig.of(config).connect())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("openssl pkcs8 -topk8");
    }

    /** Key and certificate of the client in one file. */
    private Path pemOfClient() throws Exception {
        KeyStore store = KeyStore.getInstance(clientKey.toFile(), TestCertificates.PASSWORD.toCharArray());
        byte[] key =
                store.getKey("client", TestCertificates.PASSWORD.toCharArray()).getEncoded();
        Path certificate = TestCertificates.certificate(folder, "client", clientKey);
        return Files.writeString(
                folder.resolve("client.txt"),
                "Bag Attributes\n-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder().encodeToString(key) + "\n-----END PRIVATE KEY-----\n"
                        + Files.readString(certificate));
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
