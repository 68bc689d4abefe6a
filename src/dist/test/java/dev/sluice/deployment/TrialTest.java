package dev.sluice.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What docs/operations.md puts beside the chart for a first image on a cluster. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TrialTest {
    private static final Path FOLDER = Path.of("helm", "trial");

    private Map<String, JsonNode> surroundings = Map.of();

    @BeforeAll
    void read() throws IOException {
        surroundings = Yaml.documents(Files.readString(FOLDER.resolve("surroundings.yaml"))).stream()
                .collect(Collectors.toMap(
                        object -> object.path("kind").asText() + "/"
                                + object.path("metadata").path("name").asText(),
                        Function.identity()));
    }

    @Test
    void holdsObjectsThatKubernetesTakes() {
        assertThat(surroundings).hasSizeGreaterThan(8);
        surroundings.forEach((name, object) ->
                assertThat(CoreResources.problems(object)).as(name).hasValue(List.of()));
    }

    @Test
    void holdsPodsThatARestrictedNamespaceAdmits() {
        assertThat(surroundings.values().stream().map(object -> object.at("/spec/template/spec")))
                .filteredOn(JsonNode::isObject)
                .hasSize(5)
                .allSatisfy(
                        pod -> assertThat(RestrictedPod.standardProblems(pod)).isEmpty());
    }

    /** Kubernetes gives what a pod doesn't ask for to those that ask, and workers compute all the time. */
    @Test
    void keepsProcessorsForServicesBesideWorkers() throws IOException {
        List<JsonNode> clusters = Yaml.documents(Files.readString(Path.of("src/cluster/yaml/surroundings.yaml")));

        assertThat(Stream.concat(surroundings.values().stream(), clusters.stream())
                        .filter(object -> object.path("kind").asText().equals("Deployment"))
                        .map(object -> object.at("/spec/template/spec/containers/0")))
                .hasSize(4)
                .allSatisfy(container -> assertThat(
                                container.at("/resources/requests/cpu").asText())
                        .matches("[1-9]00m|[1-9]50m"));
    }

    /** KEDA asks from its own namespace, where a name without one has no address. */
    @Test
    void advertisesANameThatEveryNamespaceResolves() {
        JsonNode kafka = surroundings.getOrDefault("Deployment/kafka", Yaml.read(FOLDER.resolve("values.yaml")));

        assertThat(kafka.at("/spec/template/spec/containers/0/env"))
                .anyMatch(variable -> variable.path("value").asText().equals("INSIDE://kafka.$(NAMESPACE).svc:19092"));
    }

    @Test
    void runsTheComposeFilesImages() {
        JsonNode compose = Yaml.read(Path.of("docker-compose.yml")).path("services");
        Set<String> known = StreamSupport.stream(compose.spliterator(), false)
                .map(service -> service.path("image").asText())
                .collect(Collectors.toSet());

        surroundings
                .values()
                .forEach(object -> object.at("/spec/template/spec/containers")
                        .forEach(container -> assertThat(known)
                                .contains(container.path("image").asText())));
    }

    @Test
    void givesWorkersWhatTheirValuesName() {
        List<JsonNode> objects = Chart.render(List.of(FOLDER.resolve("values.yaml")));
        JsonNode worker = objects.stream()
                .filter(object -> object.path("kind").asText().equals("Deployment"))
                .findFirst()
                .orElseThrow();

        assertThat(surroundings).containsKeys("Service/kafka", "Service/registry", "Service/s3");
        JsonNode secret = surroundings.getOrDefault("Secret/s3-credentials", worker);
        worker.at("/spec/template/spec/containers/0/env").forEach(variable -> {
            JsonNode reference = variable.at("/valueFrom/secretKeyRef");
            if (reference.isObject()) {
                assertThat(reference.path("name")).isEqualTo(secret.at("/metadata/name"));
                assertThat(secret.path("stringData").has(reference.path("key").asText()))
                        .isTrue();
            }
        });
        assertThat(objects)
                .allSatisfy(object -> assertThat(CoreResources.problems(object)).hasValue(List.of()));
    }

    @Test
    void isDescribedWithPathsThatAreThere() throws IOException {
        Matcher path = Pattern.compile("\\b(compose|helm)/[\\w/.-]*\\w")
                .matcher(Files.readString(Path.of("docs/operations.md")));
        List<String> paths = path.results().map(MatchResult::group).distinct().toList();

        assertThat(paths)
                .contains("helm/trial/surroundings.yaml", "compose/kafka/topics.sh")
                .allSatisfy(named -> assertThat(Path.of(named)).exists());
    }

    @Test
    void trustsTheCredentialsThatItGivesOut() throws IOException {
        String identities = Files.readString(Path.of("compose/s3/identities.json"));
        JsonNode secret = surroundings.getOrDefault("Secret/s3-credentials", Yaml.read(FOLDER.resolve("values.yaml")));

        assertThat(identities)
                .contains("\"" + secret.at("/stringData/access-key").asText() + "\"")
                .contains("\"" + secret.at("/stringData/secret-key").asText() + "\"");
    }
}
