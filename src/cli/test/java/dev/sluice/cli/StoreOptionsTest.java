package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.storage.S3Settings.StaticCredentials;
import dev.sluice.storage.StoreAccess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Which store a command reads, by all that says so. */
class StoreOptionsTest {
    private static final String ELSEWHERE = "http://registry.example:8081";

    @TempDir
    private Path folder;

    @Command
    private static final class Options {
        @Mixin
        private AddressOptions connection = new AddressOptions();

        @Mixin
        private StoreOptions store = new StoreOptions();
    }

    @Test
    void isAwsWithTheCallersOwnCredentialsWhereNothingIsSaid() {
        assertThat(access(Map.of(), "--registry", ELSEWHERE))
                .isEqualTo(new StoreAccess(Optional.empty(), Optional.empty(), false, Optional.empty()));
    }

    @Test
    void isAStandalonesWhereTheRegistryIsOnThisMachine() throws IOException {
        assertThat(accessBy("{\"endpoint\":\"http://127.0.0.1:21102\"}").endpoint())
                .contains(URI.create("http://127.0.0.1:21102"));
        assertThat(access(Map.of(), "--registry", "http://127.0.0.1:1"))
                .isEqualTo(new StoreAccess(
                        Optional.of(URI.create("http://127.0.0.1:9000")),
                        Optional.empty(),
                        true,
                        Optional.of(new StaticCredentials("sluice", "sluice-standalone"))));
    }

    @Test
    void noRegistrySendsAReaderToAnotherMachine() throws IOException {
        assertThat(accessBy("{\"endpoint\":\"http://169.254.169.254/\"}").endpoint())
                .contains(URI.create("http://127.0.0.1:9000"));
        assertThat(accessBy("no json").endpoint()).contains(URI.create("http://127.0.0.1:9000"));
    }

    @Test
    void optionsGoBeforeTheFileAndTheFileBeforeVariables() throws IOException {
        String file = file("s3.endpoint=http://file:1\ns3.region=eu-1\ns3.path-style=true\nbootstrap.servers=b:1\n");
        Map<String, String> variables = Map.of(
                "SLUICE_S3_ENDPOINT", "http://variable:1",
                "SLUICE_S3_REGION", "us-9",
                "SLUICE_S3_ACCESS_KEY", "a",
                "SLUICE_S3_SECRET_KEY", "s");

        assertThat(access(variables, "--command-config", file, "--s3-endpoint", "http://option:1"))
                .isEqualTo(new StoreAccess(
                        Optional.of(URI.create("http://option:1")),
                        Optional.of("eu-1"),
                        true,
                        Optional.of(new StaticCredentials("a", "s"))));
        assertThat(access(variables).endpoint()).contains(URI.create("http://variable:1"));
    }

    @Test
    void whatTheFileSaysOfTheStoreIsNotForKafkasClients() throws IOException {
        String file = file("s3.secret-key=hush\nsecurity.protocol=SSL\n");

        assertThat(parse("--command-config", file).connection.addresses().clientProperties())
                .containsEntry("security.protocol", "SSL")
                .doesNotContainKey("s3.secret-key");
    }

    @Test
    void saysWhatMakesNoSense() {
        assertThatThrownBy(() -> access(Map.of("SLUICE_S3_ACCESS_KEY", "a")))
                .hasMessage("s3.secret-key: must be set together with s3.access-key, or neither");
        assertThatThrownBy(() -> access(Map.of(), "--s3-endpoint", "minio:9000"))
                .hasMessageStartingWith("s3.endpoint: must be a URL such as http://127.0.0.1:9000, not minio:9000");
    }

    private static StoreAccess accessBy(String answer) throws IOException {
        HttpServer registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        registry.createContext("/sluice/store", exchange -> {
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        registry.start();
        try {
            return access(
                    Map.of(),
                    "--registry",
                    "http://127.0.0.1:" + registry.getAddress().getPort());
        } finally {
            registry.stop(0);
        }
    }

    private static StoreAccess access(Map<String, String> environment, String... arguments) {
        Options options = parse(arguments);
        return options.store.access(options.connection, environment);
    }

    private static Options parse(String... arguments) {
        Options options = new Options();
        new CommandLine(options).parseArgs(Stream.of(arguments).toArray(String[]::new));
        return options;
    }

    private String file(String content) throws IOException {
        return Files.writeString(folder.resolve("client.properties"), content).toString();
    }
}
