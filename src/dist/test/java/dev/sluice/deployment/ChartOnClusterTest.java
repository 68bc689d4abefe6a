package dev.sluice.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.marcnuri.helm.DryRun;
import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the chart makes of what the cluster has already, as Helm's dry run on the server tells. */
class ChartOnClusterTest {
    private static final String AUTOSCALED = """
            autoscaling: {enabled: true, waiting: {serverAddress: "http://prometheus.images.svc:9090"}}
            monitoring: {podMonitor: {enabled: true, labels: {release: prometheus}}}
            """;

    @TempDir
    Path folder;

    @Test
    void beginsWithOneWorker() throws IOException {
        assertThat(install("{}")).contains("with 1 worker.");
    }

    @Test
    void keepsTheLiveNumberWhereAutoscalingWentOff() throws IOException {
        assertThat(install("{}", deployment(5, true))).contains("with 5 workers.");
    }

    /** Helm would take the number out of the manifest, and Kubernetes make it 1. */
    @Test
    void keepsTheLiveNumberWhereAutoscalingGoesOn() throws IOException {
        assertThat(install(AUTOSCALED, deployment(3, false))).contains("with 3 workers.");
    }

    @Test
    void keepsTheLiveNumberOfTheDeploymentThatAStatefulSetReplaces() throws IOException {
        assertThat(install("workload: {kind: StatefulSet}", deployment(3, false)))
                .contains("with 3 workers.");
        assertThat(install(AUTOSCALED + "workload: {kind: StatefulSet}", deployment(3, true)))
                .contains("with 3 workers.");
    }

    @Test
    void leavesTheNumberToKedaWhereNoManifestHadOne() throws IOException {
        assertThat(install(AUTOSCALED, deployment(3, true))).contains("as group sluice.");
    }

    @Test
    void hasAWorkerWhereKedaHadNoneLeft() throws IOException {
        assertThat(install("{}", deployment(0, true))).contains("with 1 worker.");
    }

    @Test
    void hasAsManyAsTheValuesSay() throws IOException {
        assertThat(install("workload: {replicas: 2}", deployment(5, false))).contains("with 2 workers.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "workload: {kind: Deployment}         | workload.kind: StatefulSet sluice would go",
                "fullnameOverride: other              | nameOverride, fullnameOverride: StatefulSet sluice would go",
                "nameOverride: other                  | nameOverride, fullnameOverride: StatefulSet sluice would go",
                "state: {size: 3Gi}                   | state.size: the claims of StatefulSet sluice have 2Gi",
                "state: {storageClassName: fast}      | state.storageClassName: the claims of StatefulSet sluice"
            })
    void refusesWhatKubernetesWouldRefuseOrLeaveBehind(String values, String message) {
        assertThatThrownBy(() -> install(values.contains("kind") ? values : statefulSet(values), statefulSet()))
                .hasMessageContaining(message)
                .hasMessageContaining("What Kubernetes does not change");
    }

    @Test
    void refusesAnotherSelector() {
        assertThatThrownBy(() -> install("{nameOverride: other, fullnameOverride: sluice}", deployment(1, false)))
                .hasMessageContaining("nameOverride: Deployment sluice selects pods of the name sluice")
                .hasMessageContaining("What Kubernetes does not change");
    }

    @ParameterizedTest
    @ValueSource(strings = {"state: {size: 2Gi}", "state: {size: 2048Mi}", "workload: {replicas: 4}"})
    void takesWhatChangesNoClaim(String values) throws IOException {
        String all = values.startsWith("workload") ? "workload: {kind: StatefulSet, replicas: 4}" : statefulSet(values);

        assertThat(install(all, statefulSet())).contains("StatefulSet sluice takes requests");
    }

    @Test
    void looksAtNobodyElsesWorkloads() throws IOException {
        ObjectNode others = statefulSet();
        ((ObjectNode) others.at("/metadata/annotations")).put("meta.helm.sh/release-name", "kafka");
        ((ObjectNode) others.path("metadata")).put("name", "kafka");

        assertThat(install("{}", others)).contains("with 1 worker.");
    }

    @Test
    void refusesARuntimeClassThatTheClusterLacks() {
        assertThatThrownBy(() -> install("runtimeClassName: nvidia"))
                .hasMessageContaining("runtimeClassName: the cluster has no RuntimeClass nvidia");
    }

    @Test
    void takesARuntimeClassThatTheClusterHas() throws IOException {
        JsonNode runtime = Yaml.documents("""
                apiVersion: node.k8s.io/v1
                kind: RuntimeClass
                metadata: {name: nvidia}
                handler: nvidia
                """).get(0);

        assertThat(install("runtimeClassName: nvidia", runtime)).contains("with 1 worker.");
        assertThat(install("runtimeClassName: other\nlookup: {runtimeClass: false}", runtime))
                .contains("with 1 worker.");
    }

    /** What Helm says after a dry run on a cluster with these objects. */
    private String install(String values, JsonNode... objects) throws IOException {
        try (FakeCluster cluster = new FakeCluster(objects)) {
            return new Helm(Chart.DIRECTORY)
                    .install()
                    .withName(Chart.RELEASE)
                    .withNamespace(Chart.NAMESPACE)
                    .withKubeConfigContents(cluster.kubeConfig())
                    .dryRun()
                    .withDryRunOption(DryRun.SERVER)
                    .disableOpenApiValidation()
                    .withValuesFile(Chart.MINIMAL)
                    .withValuesFile(Files.writeString(folder.resolve("values.yaml"), values))
                    .call()
                    .getOutput();
        }
    }

    private static String statefulSet(String values) {
        return "workload: {kind: StatefulSet}\n" + values;
    }

    private static JsonNode deployment(int replicas, boolean autoscaled) {
        return live("Deployment", """
                spec:
                  replicas: %d
                  selector: {matchLabels: {app.kubernetes.io/name: sluice, app.kubernetes.io/instance: sluice}}
                """.formatted(replicas), autoscaled);
    }

    private static ObjectNode statefulSet() {
        return live("StatefulSet", """
                spec:
                  replicas: 3
                  selector: {matchLabels: {app.kubernetes.io/name: sluice, app.kubernetes.io/instance: sluice}}
                  volumeClaimTemplates:
                    - metadata: {name: state}
                      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}}
                """, false);
    }

    private static ObjectNode live(String kind, String spec, boolean autoscaled) {
        return (ObjectNode)
                Yaml.documents("""
                apiVersion: apps/v1
                kind: %s
                metadata:
                  name: sluice
                  namespace: images
                  labels: {app.kubernetes.io/managed-by: Helm, helm.sh/chart: sluice-0.0.9}
                  annotations:
                    meta.helm.sh/release-name: sluice
                    meta.helm.sh/release-namespace: images
                """.formatted(kind) + (autoscaled ? "    sluice.dev/autoscaled: \"true\"\n" : "") + spec)
                        .get(0);
    }
}
