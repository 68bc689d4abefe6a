package dev.sluice.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.worker.ConfigSource;
import dev.sluice.worker.WorkerConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The workers of docker-compose.yml have a configuration that the application takes. */
class ComposeWorkerTest {
    /** How long the last commit and leaving the group may take after the grace period. */
    private static final Duration LEAVING = Duration.ofSeconds(15);

    @ParameterizedTest
    @ValueSource(strings = {"worker", "worker-gpu"})
    void readsTheEnvironmentOfTheComposeFile(String name) {
        JsonNode worker =
                Yaml.read(Path.of("docker-compose.yml")).path("services").path(name);
        Map<String, String> variables = new TreeMap<>();
        worker.path("environment")
                .properties()
                .forEach(entry -> variables.put(entry.getKey(), entry.getValue().asText()));

        Map<String, String> values = ConfigSource.environment(variables, Map.of());

        assertThat(values).as("every variable is a key's").hasSameSizeAs(variables);
        WorkerConfig config = WorkerConfig.read(values);
        assertThat(config.monitoring().http().getAddress().isAnyLocalAddress()).isTrue();
        assertThat(config.stream().stateDirectory()).isEqualTo(Path.of("/var/lib/sluice"));
        Duration stop =
                Duration.parse("PT" + worker.path("stop_grace_period").asText().toUpperCase(java.util.Locale.ROOT));
        assertThat(stop)
                .isGreaterThanOrEqualTo(config.lifecycle().shutdownGrace().plus(LEAVING));
    }
}
