package dev.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.deployment.Chart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A release from its installation over the changes of values that the documents name to its end. No pod runs: this is what the API
 * server lets Helm change, and what is left behind.
 */
@Tag("plane")
class ReleaseOnCluster {
    private static final String NAMESPACE = "release";
    private static final String NAME = "sluice";
    private static final List<String> OWN_KINDS = List.of(
            "deployments.apps",
            "statefulsets.apps",
            "services",
            "configmaps",
            "serviceaccounts",
            "networkpolicies.networking.k8s.io",
            "poddisruptionbudgets.policy");

    private final Cluster cluster = Cluster.of(Cluster.Kind.PLANE);
    private final Kubectl kubectl = cluster.kubectl();
    private final Helm helm = cluster.helm();

    @TempDir
    Path folder;

    @BeforeEach
    void beginWithNothing() {
        CustomDefinitions.apply(kubectl);
        kubectl.restrictedNamespace(NAMESPACE);
    }

    @AfterEach
    void leaveNothing() {
        kubectl.removeNamespace(NAMESPACE);
    }

    @Test
    void followsEveryChangeOfValues() throws IOException {
        List<List<Path>> steps = List.of(
                values(""),
                values("workload: {replicas: 3}"),
                values("config: {engine.batch-size: 16}"),
                values("image: {repository: registry.example/sluice, tag: v2}"),
                values("resources: {requests: {cpu: \"1\", memory: 3Gi}, limits: {memory: 4Gi}}"),
                values("shutdown: {grace: 5m}\nterminationGracePeriodSeconds: 330"),
                values("", "secrets"),
                values("", "external-secrets"),
                values("", "bundles"),
                values("networkPolicy: {enabled: false}\npodDisruptionBudget: {enabled: false}"),
                values("schemas: {register: false}\nserviceAccount: {create: false}"),
                values("", "monitoring"),
                values("", "strimzi"),
                values("topics: {partitions: 24}", "strimzi"),
                values("", "strimzi", "monitoring", "keda"),
                values("", "monitoring"),
                values(""));

        Set<String> before = Set.of();
        for (List<Path> step : steps) {
            Set<String> rendered = rendered(step);
            install(step);
            // Topics stay where they are, with what was published.
            before = Stream.concat(rendered.stream(), before.stream().filter(ReleaseOnCluster::stays))
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(live()).as("after %s", step).isEqualTo(before);
        }
        helm.run("uninstall", NAME, "--namespace", NAMESPACE);

        assertThat(live()).isNotEmpty().allMatch(ReleaseOnCluster::stays);
        Report.say("Helm installed a release, upgraded it over " + (steps.size() - 1)
                + " changes of values and uninstalled it; after each step the cluster had what the chart renders and nothing else, and at"
                + " the end its topics alone.");
    }

    @Test
    void keepsTheNumberOfWorkersWhereAutoscalingIsTurnedOnAndOff() throws IOException {
        install(values("workload: {replicas: 3}"));

        install(values("", "monitoring", "keda"));
        assertThat(replicas()).isEqualTo("3");
        kubectl.run("--namespace", NAMESPACE, "scale", "deployment/" + NAME, "--replicas=5");
        install(values("", "monitoring", "keda"));
        assertThat(replicas()).isEqualTo("5");
        install(values(""));
        assertThat(replicas()).isEqualTo("5");

        helm.run("uninstall", NAME, "--namespace", NAMESPACE);
        Report.say("Turning autoscaling on kept 3 workers, an upgrade and turning it off kept the 5 that were then.");
    }

    @Test
    void refusesWhatKubernetesWouldRefuseOrLeaveBehind() throws IOException {
        install(values("", "statefulset"));

        assertThat(refusal(values("state: {size: 4Gi}", "statefulset"))).contains("state.size: the claims");
        assertThat(refusal(values("state: {storageClassName: fast}", "statefulset")))
                .contains("state.storageClassName");
        assertThat(refusal(values("nameOverride: other", "statefulset"))).contains("nameOverride");
        assertThat(refusal(values(""))).contains("workload.kind: StatefulSet sluice would go");

        helm.run("uninstall", NAME, "--namespace", NAMESPACE);
        Report.say("Helm refused a StatefulSet's other size, storage class, name and kind, each with the way.");
    }

    /** The documented way, without the claims that no provisioner makes here. */
    @Test
    void takesAnotherSizeOfStateByTheDocumentedWay() throws IOException {
        install(values("", "statefulset"));

        kubectl.run("--namespace", NAMESPACE, "delete", "statefulset", NAME, "--cascade=orphan");
        install(values("state: {size: 4Gi}", "statefulset"));

        assertThat(kubectl.json("--namespace", NAMESPACE, "get", "statefulset", NAME)
                        .at("/spec/volumeClaimTemplates/0/spec/resources/requests/storage")
                        .asText())
                .isEqualTo("4Gi");
        helm.run("uninstall", NAME, "--namespace", NAMESPACE);
    }

    @Test
    void refusesAGpuWithoutItsRuntimeClass() throws IOException {
        assertThat(refusal(values("", "gpu"))).contains("runtimeClassName: the cluster has no RuntimeClass nvidia");

        kubectl.apply("default", """
                apiVersion: node.k8s.io/v1
                kind: RuntimeClass
                metadata: {name: nvidia}
                handler: nvidia
                """);
        try {
            install(values("", "gpu"));
            helm.run("uninstall", NAME, "--namespace", NAMESPACE);
        } finally {
            kubectl.run("delete", "runtimeclass", "nvidia");
        }
    }

    private void install(List<Path> values) {
        helm.run(upgrade(values));
    }

    private String refusal(List<Path> values) {
        Command.Result result = helm.of(upgrade(values)).result();
        assertThat(result.ok()).as(result.text()).isFalse();
        return result.text();
    }

    private String replicas() {
        return kubectl.json("--namespace", NAMESPACE, "get", "deployment", NAME)
                .at("/spec/replicas")
                .asText();
    }

    private static String[] upgrade(List<Path> values) {
        List<String> words = new ArrayList<>(
                List.of("upgrade", "--install", NAME, Examples.CHART.toString(), "--namespace", NAMESPACE));
        values.forEach(file -> words.addAll(List.of("--values", file.toString())));
        return words.toArray(String[]::new);
    }

    private List<Path> values(String text, String... examples) throws IOException {
        List<Path> files = new ArrayList<>(List.of(Examples.file("minimal")));
        Stream.of(examples).map(Examples::file).forEach(files::add);
        if (!text.isEmpty()) {
            Path file = folder.resolve(Integer.toHexString(text.hashCode()) + ".yaml");
            files.add(Files.writeString(file, text));
        }
        return List.copyOf(files);
    }

    private static Set<String> rendered(List<Path> values) {
        return Chart.render(values).stream()
                .map(object -> object.path("kind").asText() + "/"
                        + object.path("metadata").path("name").asText())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Set<String> live() {
        String kinds = Stream.concat(OWN_KINDS.stream(), CustomDefinitions.kinds().stream())
                .collect(Collectors.joining(","));
        Set<String> names = new TreeSet<>();
        kubectl.json("--namespace", NAMESPACE, "get", kinds, "--selector", "app.kubernetes.io/instance=" + NAME)
                .path("items")
                .forEach(object -> names.add(object.path("kind").asText() + "/"
                        + object.path("metadata").path("name").asText()));
        return names;
    }

    private static boolean stays(String object) {
        return object.startsWith("KafkaTopic/");
    }
}
