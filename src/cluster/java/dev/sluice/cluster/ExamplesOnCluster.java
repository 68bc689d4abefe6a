package dev.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.deployment.Chart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What the chart renders, as an API server takes it: unknown fields, CEL rules of custom resources and pod security included. */
@Tag("plane")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExamplesOnCluster {
    private static final String NAMESPACE = "images";

    private final Kubectl kubectl = Cluster.of(Cluster.Kind.PLANE).kubectl();

    @TempDir
    Path folder;

    @BeforeAll
    void defineWhatOthersDefine() {
        CustomDefinitions.apply(kubectl);
        kubectl.restrictedNamespace(NAMESPACE);
    }

    @Test
    void areTakenInEveryCombinationThatTheChartDoesNotRefuse() throws IOException {
        Map<String, String> refused = new TreeMap<>();
        int taken = 0;
        int objects = 0;
        for (List<String> examples : Examples.combinations()) {
            String name = String.join("+", examples);
            try {
                List<JsonNode> rendered =
                        Chart.render(examples.stream().map(Examples::file).toList());
                Files.writeString(folder.resolve(name + ".json"), list(rendered));
                taken++;
                objects += rendered.size();
            } catch (IllegalStateException e) {
                refused.put(name, String.valueOf(e.getMessage()));
            }
        }

        Command.Result result = kubectl.of(
                        "apply",
                        "--server-side",
                        "--dry-run=server",
                        "--validate=strict",
                        "--filename",
                        folder.toString())
                .result();

        assertThat(result.ok()).as(result.errors()).isTrue();
        assertThat(result.errors()).doesNotContain("Warning");
        assertThat(result.output().lines()).hasSize(objects);
        assertThat(refused)
                .allSatisfy((name, message) ->
                        assertThat(name).as(message).contains("keda").doesNotContain("monitoring"));
        Report.say("The API server took " + taken + " combinations of examples (" + objects
                + " objects) without error or warning; the chart itself refused " + refused.size() + ".");
    }

    @Test
    void bringPodsThatTheRestrictedStandardAdmits() {
        ObjectNode pod = workersPod();

        assertThat(dryRun(pod).text()).contains("serverside-applied (server dry run)");
    }

    /** Else the test above would say nothing. */
    @Test
    void wouldBeRefusedWithLessSecurity() {
        ObjectNode pod = workersPod();
        ((ObjectNode) pod.at("/spec/containers/0/securityContext")).remove("capabilities");

        assertThat(dryRun(pod).errors()).contains("violates PodSecurity \"restricted");
    }

    private Command.Result dryRun(ObjectNode object) {
        return kubectl.of("apply", "--server-side", "--dry-run=server", "--validate=strict", "--filename", "-")
                .reading(object.toString())
                .result();
    }

    private static ObjectNode workersPod() {
        JsonNode deployment = Chart.render(List.of(Examples.file("minimal"))).stream()
                .filter(object -> object.path("kind").asText().equals("Deployment"))
                .findFirst()
                .orElseThrow();
        ObjectNode pod = JsonNodeFactory.instance.objectNode();
        pod.put("apiVersion", "v1").put("kind", "Pod");
        pod.putObject("metadata").put("name", "worker").put("namespace", NAMESPACE);
        pod.set("spec", deployment.at("/spec/template/spec").deepCopy());
        // The account comes with the release.
        ((ObjectNode) pod.path("spec")).remove("serviceAccountName");
        return pod;
    }

    private static String list(List<JsonNode> objects) {
        ObjectNode list = JsonNodeFactory.instance.objectNode();
        list.put("apiVersion", "v1").put("kind", "List");
        list.putArray("items").addAll(new ArrayList<>(objects));
        return list.toString();
    }
}
