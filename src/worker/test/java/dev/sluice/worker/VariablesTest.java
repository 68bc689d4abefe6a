package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VariablesTest {
    @ParameterizedTest
    @CsvSource({
        "SLUICE_S3_BUCKETT, SLUICE_S3_BUCKET",
        "SLUICE_KAFKA_BOOTSTRAP_SERVER, SLUICE_KAFKA_BOOTSTRAP_SERVERS",
        "SLUICE_REGISTY_URL, SLUICE_REGISTRY_URL"
    })
    void oneThatIsNearlyAKeysIsRefusedWithoutItsValue(String name, String meant) {
        List<String> problems = WorkerConfig.draft(ConfigSource.environment(Map.of(name, "hidden"), Map.of()))
                .problems();

        assertThat(problems).contains(name + ": no such key; did you mean " + meant + "?");
        assertThat(problems).noneMatch(problem -> problem.contains("hidden"));
    }

    @Test
    void othersThatDoNothingAreTold() {
        Map<String, String> environment = Map.of("SLUICE_WORKERS", "3", "SLUICE_COLOUR", "red", "PATH", "/bin");

        assertThat(ConfigSource.environment(environment, Map.of())).isEmpty();
        assertThat(ConfigNotes.of(Map.of(), environment))
                .containsExactly(
                        "SLUICE_COLOUR: no key has this variable; it is left alone",
                        "SLUICE_WORKERS: no key has this variable; it is left alone; did you mean SLUICE_WORKER_ID?");
    }

    @Test
    void thoseOfTheLauncherTheLogAndTheAnalystAreNoKeysMisspelt() {
        Map<String, String> environment = Map.of(
                "SLUICE_JAVA_OPTS", "-Xmx2g",
                "SLUICE_JDK", "/opt/jdk",
                "SLUICE_CLIENT_LOG_LEVEL", "INFO",
                "SLUICE_LOG_LEVEL", "debug",
                "SLUICE_PYTHON", "python3",
                "SLUICE_FOCUS_VERSION", "1.2",
                "SLUICE_KAFKA_PROPERTIES_SASL_MECHANISM", "PLAIN");

        assertThat(Variables.misspelt(environment)).isEmpty();
        assertThat(Variables.idle(environment)).isEmpty();
    }

    /** Kubernetes sets these in a namespace with a service of that name, unless the pod wants none. */
    @ParameterizedTest
    @ValueSource(strings = {"SLUICE", "SLUICE_EU", "SLUICE_METRICS", "SLUICE_S3"})
    void thoseOfAServiceAreLeftAlone(String service) {
        Map<String, String> links = new HashMap<>();
        links.put(service + "_SERVICE_HOST", "10.0.0.1");
        links.put(service + "_SERVICE_PORT", "8080");
        links.put(service + "_SERVICE_PORT_HTTP", "8080");
        links.put(service + "_PORT", "tcp://10.0.0.1:8080");
        links.put(service + "_PORT_8080_TCP", "tcp://10.0.0.1:8080");
        links.put(service + "_PORT_8080_TCP_PROTO", "tcp");
        links.put(service + "_PORT_8080_TCP_PORT", "8080");
        links.put(service + "_PORT_8080_TCP_ADDR", "10.0.0.1");

        assertThat(Variables.misspelt(links)).isEmpty();
        assertThat(Variables.idle(links)).isEmpty();
        assertThat(ConfigSource.environment(links, Map.of())).isEmpty();
    }
}
