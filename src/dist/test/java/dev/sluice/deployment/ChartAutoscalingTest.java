package dev.sluice.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What KEDA is told, and what is refused because workers would go with work in hand or never come. */
class ChartAutoscalingTest {
    /** Everything that autoscaling needs, beside the minimal values. */
    private static final String COMPLETE = """
            autoscaling: {enabled: true, waiting: {serverAddress: "http://prometheus.monitoring.svc:9090"}}
            monitoring: {podMonitor: {enabled: true, labels: {release: prometheus}}}
            networkPolicy: {metricsFrom: [{namespaceSelector: {}}]}
            """;

    @TempDir
    Path folder;

    @Test
    void scalesOnLagOfTheRequestsAndOnWorkThatWaits() throws IOException {
        JsonNode lag = trigger(0, COMPLETE).path("metadata");
        JsonNode waiting = trigger(1, COMPLETE).path("metadata");

        assertThat(lag.path("topic").asText()).isEqualTo("generation.requests");
        assertThat(lag.path("consumerGroup").asText()).isEqualTo("sluice");
        assertThat(lag.path("allowIdleConsumers").asText()).isEqualTo("false");
        assertThat(lag.path("offsetResetPolicy").asText()).isEqualTo("earliest");
        assertThat(waiting.path("activationThreshold").asText()).isEqualTo("0");
    }

    /** Where Prometheus has no answer, KEDA takes 0 for it unless it is told not to, and the last worker goes. */
    @Test
    void takesNoAnswerForAnError() throws IOException {
        assertThat(trigger(1, COMPLETE).at("/metadata/ignoreNullValues").asText())
                .isEqualTo("false");
    }

    /**
     * Counts no release whose name begins alike. Answers 0 only if Kubernetes says so, and nothing if a worker was not
     * scraped.
     */
    @Test
    void asksForThisReleaseAlone() throws IOException {
        assertThat(query(COMPLETE))
                .isEqualTo(
                        "(sum(sluice_work_waiting_seconds{job=\"images/sluice\"})"
                                + " unless on() count(up{job=\"images/sluice\"} == 0))"
                                + " or on() (sum(kube_deployment_status_replicas{namespace=\"images\",deployment=\"sluice\"}) == 0)");
        assertThat(query(COMPLETE, "workload: {kind: StatefulSet}"))
                .contains("kube_statefulset_status_replicas{namespace=\"images\",statefulset=\"sluice\"}");
        assertThat(query(COMPLETE, "autoscaling: {waiting: {query: mine}}")).isEqualTo("mine");
    }

    @Test
    void asksKafkaByAnAddressOfItsOwn() throws IOException {
        JsonNode lag = trigger(
                0,
                COMPLETE,
                "kafka: {bootstrapServers: \"kafka:9092\"}",
                "autoscaling: {lag: {bootstrapServers: \"kafka.images.svc:9092\"}}");

        assertThat(lag.at("/metadata/bootstrapServers").asText()).isEqualTo("kafka.images.svc:9092");
        assertThat(lag.at("/metadata/tls").asText()).isEqualTo("disable");
        assertThat(lag.has("authenticationRef")).isFalse();
    }

    @Test
    void authenticatesWithStrimzisSecretsAsWorkersDo() {
        Map<String, JsonNode> objects =
                Chart.objects(List.of(Chart.MINIMAL, Chart.example("strimzi"), Chart.example("keda")));
        JsonNode lag =
                Objects.requireNonNull(objects.get("ScaledObject/sluice")).at("/spec/triggers/0");

        assertThat(lag.at("/metadata/tls").asText()).isEqualTo("enable");
        assertThat(lag.at("/metadata").has("sasl")).isFalse();
        assertThat(secrets(objects, lag))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "ca", "events-cluster-ca-cert/ca.crt", "cert", "sluice/user.crt", "key", "sluice/user.key"));
    }

    @Test
    void authenticatesWithPasswordsOutOfSecrets() throws IOException {
        Map<String, JsonNode> objects = Chart.objects(with(COMPLETE, """
                kafka: {properties: {security.protocol: SASL_SSL, sasl.mechanism: SCRAM-SHA-512}}
                autoscaling:
                  lag:
                    secrets: {username: {name: kafka, key: user}, password: {name: kafka, key: word}}
                """));
        JsonNode lag =
                Objects.requireNonNull(objects.get("ScaledObject/sluice")).at("/spec/triggers/0");

        assertThat(lag.at("/metadata/tls").asText()).isEqualTo("enable");
        assertThat(lag.at("/metadata/sasl").asText()).isEqualTo("scram_sha512");
        assertThat(secrets(objects, lag))
                .containsExactlyInAnyOrderEntriesOf(Map.of("username", "kafka/user", "password", "kafka/word"));
    }

    @Test
    void leavesAuthenticationToAnObjectOfTheUsersOwn() throws IOException {
        Map<String, JsonNode> objects = Chart.objects(with(
                COMPLETE,
                "kafka: {properties: {security.protocol: SASL_SSL, sasl.mechanism: OAUTHBEARER}}",
                "autoscaling: {lag: {authentication: mine}}"));

        assertThat(Objects.requireNonNull(objects.get("ScaledObject/sluice"))
                        .at("/spec/triggers/0/authenticationRef/name")
                        .asText())
                .isEqualTo("mine");
        assertThat(objects.keySet()).noneMatch(name -> name.startsWith("TriggerAuthentication/"));
    }

    static List<List<String>> refusals() {
        return List.of(
                List.of(
                        "autoscaling: {maxReplicas: 13}",
                        "autoscaling.maxReplicas: 13 workers",
                        "topics.partitions: 12"),
                List.of("autoscaling: {minReplicas: 5}", "autoscaling.minReplicas: 5"),
                List.of("autoscaling: {cooldownPeriod: 300}", "autoscaling.cooldownPeriod: 300 s"),
                List.of(
                        "autoscaling: {waiting: {serverAddress: \"\"}}",
                        "autoscaling.waiting.serverAddress: must be set"),
                // Nothing scrapes, or not by what is asked for.
                List.of("monitoring: {podMonitor: {labels: null}}", "monitoring.podMonitor.labels: must be those"),
                List.of(
                        "monitoring: {podMonitor: {enabled: false}}",
                        "autoscaling.waiting.query: must be set",
                        "autoscaling.waiting.scraped: must be true"),
                List.of("networkPolicy: {metricsFrom: []}", "networkPolicy.metricsFrom: must let in the Prometheus"),
                List.of(
                        "networkPolicy: {metricsFrom: []}\n"
                                + "autoscaling: {waiting: {serverAddress: \"https://images.example.com\"}}",
                        "networkPolicy.metricsFrom: must let in the Prometheus"),
                // Names that mean nothing in KEDA's namespace.
                List.of(
                        "kafka: {bootstrapServers: \"a.b:9092,kafka:19092\"}",
                        "autoscaling.lag.bootstrapServers: KEDA asks from its own namespace, where kafka:19092",
                        "kafka.images.svc:9092"),
                List.of(
                        "autoscaling: {waiting: {serverAddress: \"http://prometheus:9090\"}}",
                        "autoscaling.waiting.serverAddress: KEDA asks from its own namespace, where prometheus has"),
                // Workers have credentials, and KEDA has none.
                List.of(
                        "kafka: {properties: {security.protocol: SASL_PLAINTEXT, sasl.mechanism: PLAIN}}",
                        "autoscaling.lag.secrets.username: must be set",
                        "autoscaling.lag.secrets.password: must be set"),
                List.of(
                        "kafka: {properties: {security.protocol: SSL, ssl.keystore.location: /k, ssl.truststore.location:"
                                + " /t}}",
                        "autoscaling.lag.secrets.ca: must be set",
                        "autoscaling.lag.secrets.cert: must be set",
                        "autoscaling.lag.secrets.key: must be set"),
                List.of(
                        "autoscaling: {lag: {tls: enable, secrets: {cert: {name: a, key: b}}}}",
                        "autoscaling.lag.secrets.key: must be set"),
                List.of(
                        "kafka: {properties: {security.protocol: SASL_SSL}}",
                        "autoscaling.lag.authentication: must name a TriggerAuthentication for gssapi"),
                List.of(
                        "autoscaling: {lag: {authentication: mine, secrets: {ca: {name: a, key: b}}}}",
                        "autoscaling.lag.secrets: must be empty"),
                List.of("autoscaling: {lag: {secrets: {jaas: {name: a, key: b}}}}", "secrets", "jaas"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void refusesWithThePath(List<String> valuesAndMessage) throws IOException {
        List<Path> values = with(COMPLETE, valuesAndMessage.get(0));

        assertThatThrownBy(() -> Chart.render(values))
                .message()
                .contains(valuesAndMessage.subList(1, valuesAndMessage.size()));
    }

    /** What the refusals above name as the way out. */
    static List<List<String>> waysOut() {
        return List.of(
                List.of("monitoring: {podMonitor: {labels: null}}\nnetworkPolicy: {metricsFrom: []}\n"
                        + "autoscaling: {waiting: {scraped: true}}"),
                List.of("monitoring: {podMonitor: {enabled: false}}\n"
                        + "autoscaling: {waiting: {scraped: true, query: mine}}"),
                List.of("networkPolicy: {metricsFrom: [], enabled: false}"),
                List.of("networkPolicy: {metricsFrom: []}\n"
                        + "autoscaling: {waiting: {serverAddress: \"http://prometheus.images.svc:9090\"}}"),
                List.of("kafka: {bootstrapServers: \"kafka:19092\"}\n"
                        + "autoscaling: {lag: {bootstrapServers: \"kafka.images.svc:19092\"}}"));
    }

    @ParameterizedTest
    @MethodSource("waysOut")
    void takesTheWayOutThatItNames(List<String> values) throws IOException {
        assertThat(Chart.objects(with(COMPLETE, values.get(0)))).containsKey("ScaledObject/sluice");
    }

    private String query(String... values) throws IOException {
        return trigger(1, values).at("/metadata/query").asText();
    }

    private JsonNode trigger(int index, String... values) throws IOException {
        return Objects.requireNonNull(Chart.objects(with(values)).get("ScaledObject/sluice"))
                .at("/spec/triggers/" + index);
    }

    /** The parameters of a trigger's authentication, and the Secret and key of each. */
    private static Map<String, String> secrets(Map<String, JsonNode> objects, JsonNode trigger) {
        JsonNode authentication = Objects.requireNonNull(objects.get(
                "TriggerAuthentication/" + trigger.at("/authenticationRef/name").asText()));
        Map<String, String> secrets = new TreeMap<>();
        authentication
                .at("/spec/secretTargetRef")
                .forEach(secret -> secrets.put(
                        secret.path("parameter").asText(),
                        secret.path("name").asText() + "/" + secret.path("key").asText()));
        return secrets;
    }

    /** The minimal values, and these after them. */
    private List<Path> with(String... values) throws IOException {
        List<Path> files = new ArrayList<>(List.of(Chart.MINIMAL));
        for (String value : values) {
            files.add(Files.writeString(folder.resolve(files.size() + ".yaml"), value));
        }
        return files;
    }
}
