package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.embedded.EmbeddedSchemaRegistry;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.wire.Topics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SchemasCommandTest {
    @TempDir
    private Path folder = Path.of("");

    private final HttpClient http = HttpClient.newHttpClient();
    private EmbeddedSchemaRegistry registry;

    @BeforeEach
    void start() {
        registry = EmbeddedSchemaRegistry.start(folder.resolve("registry"), 0);
    }

    @AfterEach
    void stop() {
        registry.close();
        http.close();
    }

    @Test
    void bringsEveryContractAndTheLevelThatTheyPromise() throws Exception {
        CommandRun run = schemas("register");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(Topics.DEFAULT.subjects()).hasSize(6).allSatisfy(subject -> {
            assertThat(run.out()).contains(subject.name());
            assertThat(ask("GET", "/config/" + subject.name(), "")
                            .path("compatibilityLevel")
                            .asText())
                    .isEqualTo("FULL_TRANSITIVE");
            assertThat(ask("GET", "/subjects/" + subject.name() + "/versions", ""))
                    .hasSize(1);
        });
        assertThat(ask("GET", "/subjects/generation.requests-value/versions/latest", "")
                        .path("schema")
                        .asText())
                .isEqualTo(contract().toString());
        assertThat(schemas("check").exitCode()).isZero();
        assertThat(schemas("register").out()).as("the same again").isEqualTo(run.out());
    }

    @Test
    void saysWhatIsMissingAndWhichLevelIsTooWeak() throws Exception {
        register(contract());

        CommandRun run = schemas("check");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .contains("generation.requests-value: its level is BACKWARD")
                .contains("generation.failures-value: there is no such subject; ./sluice schemas register makes it");
    }

    @Test
    void saysWhatPublishersLoseWhoWriteASubsetThatSomebodyRegistered() throws Exception {
        schemas("register");
        ObjectNode subset = contract();
        ArrayNode fields = (ArrayNode) subset.path("fields");
        for (int i = fields.size() - 1; i >= 0; i--) {
            if (fields.path(i).path("name").asText().equals("prompt")) {
                fields.remove(i);
            }
        }
        register(subset);

        CommandRun check = schemas("check");
        CommandRun again = schemas("register");

        String said = "generation.requests-value: its latest version, 2, lacks prompt; publishers with"
                + " use.latest.version lose them without an error.";
        assertThat(check.exitCode()).isEqualTo(1);
        assertThat(check.err()).startsWith(said);
        assertThat(again.exitCode()).as("it has done its part").isZero();
        assertThat(again.err()).startsWith(said);
    }

    @Test
    void leavesALaterVersionThatHasEverythingAlone() throws Exception {
        schemas("register");
        ObjectNode newer = contract();
        ((ArrayNode) newer.path("fields"))
                .addObject()
                .put("name", "later")
                .put("type", "int")
                .put("default", 0);
        register(newer);

        CommandRun run = schemas("check");

        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    @Test
    void tellsWhichContractTheRegistryRefusesAndBringsTheRest() throws Exception {
        register((ObjectNode) new JsonMapper()
                .readTree("{\"type\":\"record\",\"name\":\"Other\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"}]}"));

        CommandRun run = schemas("register");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("GenerationRequested for generation.requests-value");
        assertThat(run.out()).contains("generation.progress-value").doesNotContain("generation.requests-value");
    }

    @Test
    void takesRegistryAndTopicsFromAWorkersFileAndNothingElse() throws IOException {
        Path file = folder.resolve("worker.yaml");
        Files.writeString(file, "registry.url: " + registry.url() + "\ntopics.requests: mine\nengine.threads: 0\n");

        CommandRun run = CommandRun.of("schemas", "register", "--config", file.toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("mine-value").doesNotContain("generation.requests-value");
    }

    @Test
    void saysInASentenceThatNobodyAnswersOrThatThePasswordIsWrong() throws IOException {
        URI url = registry.url();
        registry.close();
        assertThat(CommandRun.of("schemas", "check", "--registry", url.toString()))
                .satisfies(run -> assertThat(run.exitCode()).isEqualTo(1))
                .satisfies(run -> assertThat(run.err())
                        .startsWith("no schema registry answers: " + url)
                        .doesNotContain("\tat "));

        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(401, -1);
            exchange.close();
        });
        server.start();
        try {
            String locked = "http://127.0.0.1:" + server.getAddress().getPort();
            assertThat(CommandRun.of("schemas", "register", "--registry", locked))
                    .satisfies(run -> assertThat(run.exitCode()).isEqualTo(1))
                    .satisfies(run -> assertThat(run.err())
                            .startsWith("the schema registry takes no such user, password or token"));
        } finally {
            server.stop(0);
        }
    }

    private CommandRun schemas(String command) {
        return CommandRun.of("schemas", command, "--registry", registry.url().toString());
    }

    private static ObjectNode contract() throws IOException {
        JsonNode file = new JsonMapper()
                .readTree(Path.of("schemas/GenerationRequested.avsc").toFile());
        assertThat(file.path("name").asText()).isEqualTo(GenerationRequested.class.getSimpleName());
        return (ObjectNode) new JsonMapper()
                .readTree(new org.apache.avro.Schema.Parser()
                        .parse(file.toString())
                        .toString());
    }

    private void register(ObjectNode schema) throws Exception {
        JsonNode answer = ask(
                "POST",
                "/subjects/generation.requests-value/versions",
                new JsonMapper()
                        .createObjectNode()
                        .put("schema", schema.toString())
                        .toString());
        assertThat(answer.has("id")).as(answer.toString()).isTrue();
    }

    private JsonNode ask(String method, String path, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(registry.url().resolve(path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        return new JsonMapper()
                .readTree(
                        http.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }
}
