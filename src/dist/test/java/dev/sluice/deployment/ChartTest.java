package dev.sluice.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import dev.sluice.metrics.PromQl;
import dev.sluice.wire.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the chart would send to a cluster, held against the schemas of whoever reads it there. */
class ChartTest {
    private static final CustomResources CUSTOM = CustomResources.read(Path.of("src/dist/test/resources/crds"));

    @TempDir
    Path folder;

    @Test
    void passesHelmsLint() {
        LintResult lint = new Helm(Chart.DIRECTORY).lint().strict().call();

        assertThat(lint.isFailed()).as(lint.getMessages().toString()).isFalse();
    }

    /** Each example or not, and one of the two that bring secrets or neither. */
    static List<List<String>> combinations() {
        List<List<String>> combinations = new ArrayList<>();
        combinations.add(List.of("minimal"));
        for (String example : List.of("gpu", "statefulset", "strimzi", "monitoring", "keda", "bundles")) {
            for (List<String> without : List.copyOf(combinations)) {
                combinations.add(plus(without, example));
            }
        }
        for (List<String> without : List.copyOf(combinations)) {
            combinations.add(plus(without, "secrets"));
            combinations.add(plus(without, "external-secrets"));
        }
        return combinations;
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void rendersWhatItsReadersTake(List<String> examples) {
        Map<String, JsonNode> objects =
                Chart.objects(examples.stream().map(Chart::example).toList());

        objects.forEach((name, object) -> {
            assertThat(problems(object)).as(name).isEmpty();
            assertThat(object.path("metadata").path("namespace").asText()).isEqualTo(Chart.NAMESPACE);
        });
        JsonNode workload = workload(objects);
        JsonNode pod = workload.path("spec").path("template");
        assertThat(RestrictedPod.problems(pod.path("spec"))).isEmpty();
        assertMountsHaveVolumes(workload);
        selectors(objects)
                .forEach((name, selector) -> assertThat(
                                pod.path("metadata").path("labels").properties())
                        .as(name)
                        .containsAll(selector.properties()));
        assertThat(objects.keySet().stream().anyMatch(name -> name.startsWith("ScaledObject/")))
                .as("either the chart or KEDA says how many")
                .isNotEqualTo(workload.path("spec").has("replicas"));
    }

    /** The examples stand in the README, and all of them are rendered above. */
    @Test
    void rendersEveryExample() throws IOException {
        String readme = Files.readString(Chart.DIRECTORY.resolve("README.md"));
        List<String> rendered =
                combinations().stream().flatMap(List::stream).distinct().toList();

        try (Stream<Path> files = Files.list(Chart.DIRECTORY.resolve("examples"))) {
            assertThat(files.map(file -> file.getFileName().toString())).allSatisfy(file -> {
                assertThat(readme).contains("(examples/" + file + ")");
                assertThat(rendered).contains(file.replace(".yaml", ""));
            });
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Deployment/sluice, spec/template/spec/containers/0/portz",
        "Deployment/sluice, spec/replica",
        "ScaledObject/sluice, spec/triggers/0/topic",
        "KafkaTopic/generation.requests, spec/partition",
        "PodMonitor/sluice, spec/podMetricsEndpoints/0/portNumer",
        "NetworkPolicy/sluice, spec/egres"
    })
    void isHeldAgainstSchemasThatKnowEveryField(String name, String path) {
        JsonNode object = Objects.requireNonNull(Chart.objects(examples("minimal", "strimzi", "monitoring", "keda"))
                .get(name));
        int last = path.lastIndexOf('/');

        ((ObjectNode) object.at("/" + path.substring(0, last))).put(path.substring(last + 1), "x");

        assertThat(problems(object)).isNotEmpty();
    }

    @Test
    void bringsDashboardAndAlertsAsTheyAre() throws IOException {
        Map<String, JsonNode> objects =
                Chart.objects(with("monitoring: {rules: {enabled: true}, dashboard: {enabled: true}}"));

        JsonNode rules = Objects.requireNonNull(objects.get("PrometheusRule/sluice"));
        assertThat(rules.path("spec")).isEqualTo(Yaml.read(Chart.DIRECTORY.resolve("rules/sluice.yaml")));
        JsonNode dashboard = Objects.requireNonNull(objects.get("ConfigMap/sluice-dashboard"));
        assertThat(dashboard.at("/data/sluice.json").asText().strip())
                .isEqualTo(Files.readString(Chart.DIRECTORY.resolve("dashboards/sluice.json"))
                        .strip());
    }

    /** A PodMonitor's targets have its namespace and name as their job. */
    @Test
    void alertsOfThisReleaseAlone() {
        JsonNode rules = Objects.requireNonNull(
                Chart.objects(examples("minimal", "monitoring")).get("PrometheusRule/sluice"));
        List<String> plain =
                Yaml.read(Chart.DIRECTORY.resolve("rules/sluice.yaml")).findValuesAsText("expr");

        List<String> rendered = rules.findValuesAsText("expr");

        assertThat(rendered).hasSameSizeAs(plain);
        for (int i = 0; i < plain.size(); i++) {
            List<PromQl.Selector> before = PromQl.selectors(plain.get(i));
            List<PromQl.Selector> after = PromQl.selectors(rendered.get(i));
            assertThat(after)
                    .extracting(PromQl.Selector::metric)
                    .isEqualTo(before.stream().map(PromQl.Selector::metric).toList());
            assertThat(after)
                    .allMatch(
                            selector -> selector.equal().getOrDefault("job", "").equals("images/sluice"));
            assertThat(rendered.get(i).replaceAll("job=\"images/sluice\",?", "").replace("{}", ""))
                    .isEqualTo(plain.get(i));
        }
    }

    /** A key that stands twice in a mapping is refused by whoever reads it strictly, this test's reader too. */
    @Test
    void hasALabelOnceThatTwoValuesSet() throws IOException {
        Map<String, JsonNode> objects = Chart.objects(with("""
                labels: {team: all, floor: first}
                pod: {labels: {team: pods}}
                monitoring:
                  podMonitor: {enabled: true, labels: {team: monitors}}
                  rules: {enabled: true, labels: {team: rules}}
                  dashboard: {enabled: true, labels: {team: boards}}
                """));

        assertThat(workload(objects).at("/spec/template/metadata/labels/team").asText())
                .isEqualTo("pods");
        assertThat(workload(objects).at("/spec/template/metadata/labels/floor").asText())
                .isEqualTo("first");
        assertThat(workload(objects).at("/metadata/labels/team").asText()).isEqualTo("all");
        assertThat(Stream.of("PodMonitor/sluice", "PrometheusRule/sluice", "ConfigMap/sluice-dashboard")
                        .map(name -> Objects.requireNonNull(objects.get(name))
                                .at("/metadata/labels/team")
                                .asText()))
                .containsExactly("monitors", "rules", "boards");
    }

    @Test
    void linksAlertsToTheRunbookThatValuesName() throws IOException {
        JsonNode rules = Objects.requireNonNull(Chart.objects(with("""
                monitoring:
                  rules:
                    enabled: true
                    runbook: https://wiki.example.com/sluice/metrics
                """)).get("PrometheusRule/sluice"));

        assertThat(rules.findValuesAsText("runbook_url"))
                .hasSameSizeAs(
                        Yaml.read(Chart.DIRECTORY.resolve("rules/sluice.yaml")).findValuesAsText("runbook_url"))
                .allMatch(link -> link.startsWith("https://wiki.example.com/sluice/metrics#sluice"));
    }

    @Test
    void keepsServicesOutOfTheEnvironment() {
        JsonNode pod = workload(Chart.objects(examples("minimal"))).at("/spec/template/spec");

        assertThat(pod.path("enableServiceLinks").asBoolean(true)).isFalse();
    }

    @Test
    void asksForOneGpuAndSaysSoToTheWorker() {
        JsonNode container = container(Chart.objects(examples("minimal", "gpu")));

        assertThat(container.at("/resources/limits").path("nvidia.com/gpu").asInt())
                .isEqualTo(1);
        assertThat(container.path("image").asText()).isEqualTo("sluice:0.1.0-cuda");
        assertThat(container(Chart.objects(examples("minimal"))).path("image").asText())
                .isEqualTo("sluice:0.1.0-cpu");
    }

    /** Helm's {@code --wait} waits for as many pods as may not be missing. */
    @Test
    void hasANewPodReadyBeforeAnOldOneGoesUnlessThatTakesAGpuMore() throws IOException {
        assertThat(rollout(examples("minimal"))).isEqualTo("1 more, 0 missing");
        assertThat(rollout(examples("minimal", "gpu"))).isEqualTo("0 more, 1 missing");
        assertThat(rollout(with("gpu: {enabled: true}\nworkload: {maxSurge: 25%, maxUnavailable: 0}")))
                .isEqualTo("25% more, 0 missing");
    }

    @Test
    void asksForStartReadinessAndLifeEachAtItsPlace() {
        JsonNode container = container(Chart.objects(examples("minimal")));

        assertThat(container.at("/startupProbe/httpGet/path").asText()).isEqualTo("/health/started");
        assertThat(container.at("/readinessProbe/httpGet/path").asText()).isEqualTo("/health/ready");
        assertThat(container.at("/livenessProbe/httpGet/path").asText()).isEqualTo("/health/live");
    }

    @Test
    void replacesPodsWhereTheConfigurationChanges() throws IOException {
        String before = checksum(examples("minimal"));

        String after = checksum(with("config: {engine.batch-size: 16}"));

        assertThat(after).isNotEqualTo(before);
        assertThat(checksum(with("pod: {labels: {a: b}}"))).isEqualTo(before);
    }

    @Test
    void makesEveryTopicWithItsPartitions() {
        Map<String, JsonNode> objects = Chart.objects(examples("minimal", "strimzi"));

        for (String topic : Topics.DEFAULT.all()) {
            JsonNode made = Objects.requireNonNull(objects.get("KafkaTopic/" + topic), topic);
            assertThat(made.path("apiVersion").asText()).isEqualTo("kafka.strimzi.io/v1");
            assertThat(made.at("/spec/partitions").asInt()).isEqualTo(12);
            assertThat(made.at("/spec/config").path("retention.ms").asLong())
                    .isEqualTo(
                            topic.equals(Topics.DEFAULT.costs())
                                    ? Duration.ofDays(400).toMillis()
                                    : Duration.ofDays(7).toMillis());
        }
    }

    @Test
    void letsWorkersReachThePortsOfTheirAddresses() throws IOException {
        JsonNode policy = Objects.requireNonNull(Chart.objects(with("""
            kafka: {bootstrapServers: "a:9094,b:9095"}
            registry: {url: "https://registry.example"}
            s3: {endpoint: "http://store:9000"}
            config: {traces.endpoint: "http://collector:4318/v1/traces"}
            """)).get("NetworkPolicy/sluice"));

        assertThat(texts(policy.at("/spec/egress/1/ports"), "port"))
                .containsExactly("4318", "443", "9000", "9094", "9095");
    }

    @Test
    void takesSecretsByReferenceAlone() {
        Map<String, JsonNode> objects = Chart.objects(examples("minimal", "external-secrets"));

        JsonNode variable = StreamSupport.stream(container(objects).path("env").spliterator(), false)
                .filter(env -> env.path("name").asText().equals("SLUICE_S3_SECRET_KEY"))
                .findFirst()
                .orElseThrow();
        JsonNode external = Objects.requireNonNull(objects.get("ExternalSecret/sluice"));
        assertThat(variable.at("/valueFrom/secretKeyRef/name")).isEqualTo(external.at("/spec/target/name"));
        assertThat(texts(external.at("/spec/data"), "secretKey"))
                .contains(variable.at("/valueFrom/secretKeyRef/key").asText());
        assertThat(objects.keySet()).noneMatch(name -> name.startsWith("Secret/"));
    }

    /** What only Helm itself refuses is told with its path, be it by the schema or by a template. */
    static List<List<String>> refusals() {
        return List.of(
                List.of("replica: 2", "replica"),
                List.of("workload: {kind: DaemonSet}", "workload", "kind"),
                List.of("kafka: {properties: {group.protocol: consumer}}", "kafka", "properties", "group.protocol"),
                List.of("kafka: {properties: {group.protocol: streams}}", "kafka", "properties", "group.protocol"),
                List.of("kafka: {properties: {auto.offset.reset: latest}}", "kafka", "properties", "auto.offset.reset"),
                List.of("kafka: {bootstrapServers: broker}", "kafka", "bootstrapServers"),
                List.of("kafka: {bootstrapServers: \"\"}", "kafka.bootstrapServers: must be set"),
                List.of(
                        "registry: {url: \"\"}\ns3: {bucket: \"\"}",
                        "registry.url: must be set",
                        "s3.bucket: must be set"),
                List.of("config: {engine.rows-per-cal: 16}", "config", "engine.rows-per-cal"),
                List.of("config: {s3.secret-key: hush}", "config", "s3.secret-key"),
                List.of("config: {http.port: 9090}", "config", "http.port"),
                List.of("shutdown: {grace: 2 minutes}", "shutdown", "grace"),
                List.of("shutdown: {grace: 10m}", "terminationGracePeriodSeconds: must be at least 630"),
                List.of("shutdown: {membership: stay}", "shutdown.membership: stay needs workload.kind"),
                List.of("workload: {replicas: 13}", "workload.replicas: 13 workers", "topics.partitions: 12"),
                List.of(
                        "labels: {app.kubernetes.io/instance: other}\npod: {labels: {app.kubernetes.io/name: other}}\n"
                                + "monitoring: {podMonitor: {labels: {helm.sh/chart: x}}}",
                        "\nlabels.app.kubernetes.io/instance: the chart sets",
                        "pod.labels.app.kubernetes.io/name: the chart sets",
                        "monitoring.podMonitor.labels.helm.sh/chart: the chart sets"),
                List.of("pod: {annotations: {checksum/config: x}}", "pod.annotations.checksum/config: the chart sets"),
                List.of(
                        "pod: {extraEnv: [{name: SLUICE_WORKER_ID, value: x}]}",
                        "pod.extraEnv: the chart sets SLUICE_W"),
                List.of(
                        "javaOptions: -Xmx1g\npod: {extraEnv: [{name: JAVA_TOOL_OPTIONS, value: x}]}",
                        "pod.extraEnv: the chart sets JAVA_TOOL_OPTIONS"),
                List.of(
                        "secrets: {existing: a, keys: {s3.secret-key: b}}\n"
                                + "pod: {extraEnv: [{name: SLUICE_S3_SECRET_KEY, value: x}]}",
                        "pod.extraEnv: the chart sets SLUICE_S3_SECRET_KEY"),
                List.of("workload: {replicas: many}", "workload", "replicas"),
                List.of("workload: {maxSurge: 0}", "workload.maxSurge, workload.maxUnavailable: one of them"),
                List.of("gpu: {enabled: true}\nworkload: {maxUnavailable: 0%}", "workload.maxSurge"),
                List.of("secrets: {keys: {s3.secret-key: a}}", "secrets.existing: must name the Secret"),
                List.of("secrets: {keys: {engine.threads: a}}", "secrets", "keys", "engine.threads"),
                List.of(
                        "secrets: {existing: a, external: {enabled: true}}",
                        "secrets.existing",
                        "secrets.external.store.name"),
                List.of("strimzi: {enabled: true}", "strimzi.cluster: must be set"),
                List.of("bundles: {paths: []}", "bundles", "paths"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void refusesWithThePath(List<String> valuesAndMessage) throws IOException {
        List<Path> values = with(valuesAndMessage.getFirst());

        assertThatThrownBy(() -> Chart.render(values))
                .message()
                .contains(valuesAndMessage.subList(1, valuesAndMessage.size()));
    }

    private static List<String> problems(JsonNode object) {
        return CoreResources.problems(object)
                .or(() -> CUSTOM.problems(object))
                .orElseGet(() -> List.of("nobody knows this kind"));
    }

    private List<Path> with(String values) throws IOException {
        return List.of(Chart.MINIMAL, Files.writeString(folder.resolve("values.yaml"), values));
    }

    private static List<Path> examples(String... names) {
        return Stream.of(names).map(Chart::example).toList();
    }

    private static JsonNode workload(Map<String, JsonNode> objects) {
        return objects.entrySet().stream()
                .filter(entry -> entry.getKey().equals("Deployment/sluice")
                        || entry.getKey().equals("StatefulSet/sluice"))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode container(Map<String, JsonNode> objects) {
        return workload(objects).at("/spec/template/spec/containers/0");
    }

    private static String rollout(List<Path> values) {
        JsonNode rolling = workload(Chart.objects(values)).at("/spec/strategy/rollingUpdate");
        return rolling.path("maxSurge").asText() + " more, "
                + rolling.path("maxUnavailable").asText() + " missing";
    }

    private static String checksum(List<Path> values) {
        return workload(Chart.objects(values))
                .at("/spec/template/metadata/annotations")
                .path("checksum/config")
                .asText();
    }

    private static void assertMountsHaveVolumes(JsonNode workload) {
        JsonNode pod = workload.at("/spec/template/spec");
        List<String> volumes = new ArrayList<>(texts(pod.path("volumes"), "name"));
        workload.at("/spec/volumeClaimTemplates")
                .forEach(claim -> volumes.add(claim.at("/metadata/name").asText()));

        assertThat(texts(pod.at("/containers/0/volumeMounts"), "name")).containsExactlyInAnyOrderElementsOf(volumes);
    }

    private static Map<String, JsonNode> selectors(Map<String, JsonNode> objects) {
        Map<String, JsonNode> selectors = new java.util.TreeMap<>();
        objects.forEach((name, object) -> {
            for (String place : List.of("/spec/selector/matchLabels", "/spec/podSelector/matchLabels")) {
                if (object.at(place).isObject()) {
                    selectors.put(name, object.at(place));
                }
            }
        });
        return selectors;
    }

    private static List<String> plus(List<String> list, String one) {
        return Stream.concat(list.stream(), Stream.of(one)).toList();
    }

    private static List<String> texts(JsonNode list, String field) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(item -> item.path(field).asText())
                .toList();
    }
}
