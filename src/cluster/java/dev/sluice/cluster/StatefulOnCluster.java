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

/** A StatefulSet on volumes of the node: pods keep their names and their state, and a killed one goes on. */
@Tag("node")
class StatefulOnCluster {
    private static final String NAMESPACE = "stateful";
    private static final String VALUES = """
            workload: {kind: StatefulSet, replicas: 2}
            shutdown: {membership: stay}
            kafka: {properties: {session.timeout.ms: 45000}}
            """;

    private final Cluster cluster = Cluster.of(Cluster.Kind.NODE);
    private final Kubectl kubectl = cluster.kubectl();
    private final Containers containers = new Containers(cluster);

    @AfterEach
    void leaveNothing() {
        kubectl.removeNamespace(NAMESPACE);
        kubectl.run("delete", "persistentvolume", "state-0", "state-1", "--ignore-not-found");
    }

    @Test
    void keepsStateAndNamesOverKillsAndUpgrades() throws InterruptedException {
        kubectl.restrictedNamespace(NAMESPACE);
        volume("state-0");
        volume("state-1");
        Surroundings.start(kubectl, NAMESPACE);
        Release release = new Release(cluster, NAMESPACE);
        Duration installed = release.upgrade(VALUES, "--wait", "--timeout", "10m");
        release.awaitReady(2);
        try (Traffic traffic = Traffic.of(cluster, NAMESPACE)) {
            traffic.mix(1.5);
            Thread.sleep(Duration.ofSeconds(15));
            JsonNode first = Objects.requireNonNull(release.pods().getFirst());
            containers.kill(first);
            Kubectl.await(
                    Release.START,
                    "the killed worker was started again",
                    () -> containers
                                    .pod(NAMESPACE, Release.name(first))
                                    .at("/status/containerStatuses/0/restartCount")
                                    .asInt()
                            > 0,
                    () -> kubectl.run("--namespace", NAMESPACE, "get", "pods"));
            release.awaitReady(2);
            Duration upgraded =
                    release.upgrade(VALUES + "pod: {annotations: {upgraded: \"1\"}}\n", "--wait", "--timeout", "10m");
            release.awaitReady(2);

            assertThat(release.pods()).extracting(Release::name).containsExactlyInAnyOrder("sluice-0", "sluice-1");
            Verdict verdict = traffic.judge(Duration.ofMinutes(5));
            Report.say("A StatefulSet of two on local volumes was ready in " + Report.seconds(installed)
                    + " s; one was killed, then both were upgraded in " + Report.seconds(upgraded) + " s: "
                    + Judgement.sentence(verdict));
            assertThat(verdict.ok()).as(verdict.summary()).isTrue();
        }
        assertThat(kubectl.names(NAMESPACE, "persistentvolumeclaims"))
                .contains("persistentvolumeclaim/state-sluice-0", "persistentvolumeclaim/state-sluice-1");
    }

    /** No provisioner here: a folder of the node each. */
    private void volume(String name) {
        String path = cluster.folder().resolve(name).toString();
        cluster.inside(List.of("mkdir", "--parents", path)).output();
        kubectl.apply("default", """
                apiVersion: v1
                kind: PersistentVolume
                metadata: {name: %s}
                spec:
                  capacity: {storage: 2Gi}
                  accessModes: [ReadWriteOnce]
                  persistentVolumeReclaimPolicy: Delete
                  local: {path: "%s"}
                  nodeAffinity:
                    required:
                      nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [node]}]}]
                """.formatted(name, path));
    }
}
