package dev.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.chaos.checker.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The chart's network policy where something enforces it: who may talk to a worker, and to whom it may. */
@Tag("node")
class NetworkOnCluster {
    private static final String NAMESPACE = "network";
    private static final String STRANGERS = "strangers";
    private static final int HTTP = 8080;

    private final Cluster cluster = Cluster.of(Cluster.Kind.NODE);
    private final Kubectl kubectl = cluster.kubectl();
    private final Containers containers = new Containers(cluster);

    @AfterEach
    void leaveNothing() {
        Policies.end(cluster);
        kubectl.removeNamespace(NAMESPACE);
        kubectl.removeNamespace(STRANGERS);
    }

    @Test
    void letsNeighboursReadMetricsAndWorkersReachWhatTheyNeedAndNothingElse() {
        for (String namespace : List.of(NAMESPACE, STRANGERS)) {
            kubectl.restrictedNamespace(namespace);
            containers.idle(namespace);
        }
        Surroundings.start(kubectl, NAMESPACE);
        Release release = new Release(cluster, NAMESPACE);
        release.upgrade("workload: {replicas: 1}\n");
        release.awaitReady(1);
        JsonNode worker = Objects.requireNonNull(release.pods().getFirst());
        String address = worker.at("/status/podIP").asText();
        JsonNode stranger = containers.pod(STRANGERS, Containers.IDLE);
        assertThat(containers.reaches(stranger, address, HTTP))
                .as("before anything enforces policies")
                .isTrue();

        Policies.enforce(cluster);

        Kubectl.await(
                Duration.ofSeconds(60),
                "a stranger is kept out",
                () -> !containers.reaches(stranger, address, HTTP),
                () -> "let in");
        assertThat(containers.reaches(containers.pod(NAMESPACE, Containers.IDLE), address, HTTP))
                .as("a neighbour")
                .isTrue();
        String surroundings = containers
                .podBy(NAMESPACE, "app=surroundings")
                .at("/status/podIP")
                .asText();
        assertThat(containers.reaches(worker, surroundings, 19_092)).as("Kafka").isTrue();
        assertThat(containers.reaches(worker, "10.96.0.1", 443))
                .as("the API server")
                .isFalse();
        // A start under the policy: names, registry, Kafka and S3.
        kubectl.run("--namespace", NAMESPACE, "delete", "pod", Release.name(worker));
        release.awaitReady(1);
        try (Traffic traffic = Traffic.of(cluster, NAMESPACE)) {
            traffic.steps(2, 10);
            Kubectl.await(
                    Duration.ofMinutes(1),
                    "40 requests are published",
                    () -> traffic.published() >= 40,
                    () -> traffic.published() + " are");
            Verdict verdict = traffic.judge(Duration.ofMinutes(5));
            Report.say(
                    "With network policies enforced, a stranger was kept from a worker's metrics and a neighbour was not, a worker"
                            + " reached Kafka and not the API server, and started anew: "
                            + Judgement.sentence(verdict));
            assertThat(verdict.ok()).as(verdict.summary()).isTrue();
        }
    }
}
