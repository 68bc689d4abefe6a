package dev.sluice.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.cli.Main;
import dev.sluice.request.Network;
import dev.sluice.worker.ConfigKey;
import dev.sluice.worker.ConfigSource;
import dev.sluice.worker.DeviceChoice;
import dev.sluice.worker.WorkerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The chart gives workers a configuration that the application takes. */
class ChartWorkerTest {
    private static final Path EXAMPLES = Path.of("helm/sluice/examples");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "minimal",
                "gpu",
                "statefulset",
                "secrets",
                "external-secrets",
                "strimzi",
                "monitoring",
                "keda",
                "bundles"
            })
    void readsWhatIsRendered(String example) throws IOException {
        WorkerConfig config =
                configured(List.of(EXAMPLES.resolve("minimal.yaml"), EXAMPLES.resolve(example + ".yaml")));

        assertThat(config.monitoring().http().getAddress().isAnyLocalAddress()).isTrue();
        assertThat(config.monitoring().http().getPort()).isEqualTo(8080);
        assertThat(config.workerId()).isEqualTo("sluice-0");
        assertThat(config.lifecycle().shutdownGrace()).isEqualTo(Duration.ofMinutes(2));
        assertThat(config.device()).isEqualTo(DeviceChoice.parse(example.equals("gpu") ? "gpu:0" : "cpu"));
    }

    @Test
    void passesOnWhatTheSchemaLetsThrough() throws IOException {
        Path values = Files.writeString(folder.resolve("values.yaml"), """
            config:
              engine.batch-size: 16
              limits.message-bytes: 524288
              settle.retention: 7d
              prices:
                - {sku: a10g-second, per-device-second: 0.00028, currency: USD, from: 2026-01-01, to: 2026-07-01}
                - {sku: a10g-second, per-device-second: 0.00025, currency: USD, from: 2026-07-01}
              s3.sse-bucket-key: false
            kafka:
              properties:
                max.request.size: 1048576
            """);

        WorkerConfig config = configured(List.of(EXAMPLES.resolve("minimal.yaml"), values));

        assertThat(config.engine().batchSizes().get(Network.DENOISER)).isEqualTo(16);
        assertThat(config.stream().settle().retention()).isEqualTo(Duration.ofDays(7));
        assertThat(config.stream().kafka()).containsEntry("max.request.size", "1048576");
    }

    @Test
    void registersContractsWithTheWorkersFileAndItsCredentials() throws IOException {
        List<JsonNode> objects =
                Chart.render(List.of(EXAMPLES.resolve("minimal.yaml"), EXAMPLES.resolve("secrets.yaml")));
        JsonNode pod = objects.stream()
                .map(object -> object.at("/spec/template/spec"))
                .filter(JsonNode::isObject)
                .findFirst()
                .orElseThrow();
        JsonNode schemas = pod.at("/initContainers/0");
        List<String> arguments = new ArrayList<>();
        schemas.path("args").forEach(argument -> arguments.add(argument.asText()));

        assertThat(schemas.path("image")).isEqualTo(pod.at("/containers/0/image"));
        assertThat(Main.commandLine()
                        .parseArgs(arguments.toArray(String[]::new))
                        .subcommand()
                        .subcommand())
                .satisfies(register -> assertThat(register.commandSpec().name()).isEqualTo("register"));
        assertThat(schemas.path("env"))
                .hasSize(1)
                .allMatch(variable -> variable.path("name").asText().equals("SLUICE_REGISTRY_USER_INFO"));
    }

    @Test
    void leavesContractsToOthersWhereWorkersMayNotRegister() throws IOException {
        Path values = Files.writeString(folder.resolve("values.yaml"), "config: {registry.auto-register: false}");

        assertThat(Chart.render(List.of(EXAMPLES.resolve("minimal.yaml"), values)))
                .allSatisfy(
                        object -> assertThat(object.findValue("initContainers")).isNull());
    }

    /** A key is the chart's own, a secret's or one of {@code config}; so the chart's schema refuses keys that aren't. */
    @Test
    void knowsEveryKey() throws IOException {
        JsonNode properties = new JsonMapper()
                .readTree(Path.of("helm/sluice/values.schema.json").toFile())
                .path("properties");
        TreeSet<String> keys = new TreeSet<>();
        properties.at("/config/properties").fieldNames().forEachRemaining(keys::add);
        properties.at("/secrets/properties/keys/properties").fieldNames().forEachRemaining(keys::add);
        assertThat(keys).doesNotContain("bundles", "http.port");
        keys.addAll(values(List.of(EXAMPLES.resolve("minimal.yaml"))).keySet());

        List<String> known = new ArrayList<>();
        ConfigKey.ALL.forEach(key -> {
            known.add(key.name());
            key.former().ifPresent(known::add);
        });
        assertThat(keys).containsExactlyInAnyOrderElementsOf(known);
        ConfigKey.ALL.forEach(key -> {
            JsonNode property = properties.at("/config/properties").path(key.name());
            if (!property.isMissingNode()) {
                assertThat(property.path("description").asText()).as(key.name()).isEqualTo(key.description());
            }
        });
        assertThat(ConfigKey.ALL.stream().filter(ConfigKey::secret).map(ConfigKey::name))
                .allMatch(name -> properties.at("/config/properties").path(name).isMissingNode());
    }

    private WorkerConfig configured(List<Path> files) throws IOException {
        return WorkerConfig.read(values(files));
    }

    /** What the worker's container would have from its file and its environment; values of secrets are their keys. */
    private Map<String, String> values(List<Path> files) throws IOException {
        List<JsonNode> objects = Chart.render(files);
        String workerYaml = objects.stream()
                .map(object -> object.path("data").path("worker.yaml"))
                .filter(JsonNode::isTextual)
                .findFirst()
                .orElseThrow()
                .asText();
        Map<String, String> values =
                new HashMap<>(ConfigSource.file(Files.writeString(folder.resolve("worker.yaml"), workerYaml)));
        Map<String, String> variables = new TreeMap<>();
        objects.stream()
                .flatMap(object -> Stream.of(object.at("/spec/template/spec/containers/0/env")))
                .forEach(list -> list.forEach(variable -> {
                    JsonNode from = variable.path("valueFrom");
                    assertThat(from.at("/fieldRef/fieldPath").asText("metadata.name"))
                            .isEqualTo("metadata.name");
                    variables.put(
                            variable.path("name").asText(),
                            from.at("/secretKeyRef/key").asText("sluice-0"));
                }));
        Map<String, String> fromEnvironment = ConfigSource.environment(variables, Map.of());
        assertThat(fromEnvironment).as("every variable is a key's").hasSameSizeAs(variables);
        values.putAll(fromEnvironment);
        return values;
    }
}
