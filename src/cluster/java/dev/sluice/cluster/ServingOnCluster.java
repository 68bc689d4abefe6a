package dev.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.chaos.checker.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Two workers that serve the chaos suite's traffic while they are upgraded, drained and killed, and while Kafka is away. After each, all
 * that was ever published is judged: each request has one outcome, one charge and its images.
 */
@Tag("node")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServingOnCluster {
    private static final String NAMESPACE = "serving";
    private static final Duration SETTLING = Duration.ofMinutes(5);
    private static final double GROUPS_PER_SECOND = 1.5;
    private static final Duration BEFORE = Duration.ofSeconds(10);
    private static final String TWO = "workload: {replicas: 2}\n";

    private final Cluster cluster = Cluster.of(Cluster.Kind.NODE);
    private final Kubectl kubectl = cluster.kubectl();
    private final Containers containers = new Containers(cluster);
    private final Release release = new Release(cluster, NAMESPACE);
    private Traffic traffic = Traffic.none();

    @BeforeAll
    void install() {
        kubectl.restrictedNamespace(NAMESPACE);
        Surroundings.start(kubectl, NAMESPACE);
        release.upgrade(TWO, "--wait", "--timeout", "10m");
        Duration more = release.awaitReady(2);
        Report.say("Two workers were ready in a restricted namespace, the second " + Report.seconds(more)
                + " s after Helm returned.");
        traffic = Traffic.of(cluster, NAMESPACE);
    }

    @AfterAll
    void leaveNothing() {
        traffic.close();
        kubectl.removeNamespace(NAMESPACE);
    }

    @BeforeEach
    void publish() throws InterruptedException {
        release.awaitReady(2);
        traffic.mix(GROUPS_PER_SECOND);
        Thread.sleep(BEFORE);
    }

    @Test
    void losesNothingWhileEveryWorkerIsReplaced() {
        List<String> before = release.pods().stream().map(Release::name).toList();

        Duration upgraded =
                release.upgrade(TWO + "pod: {annotations: {upgraded: \"1\"}}\n", "--wait", "--timeout", "10m");
        kubectl.run("--namespace", NAMESPACE, "rollout", "status", "deployment/sluice", "--timeout=10m");
        Duration after = release.awaitReady(2);

        assertThat(release.pods()).extracting(Release::name).doesNotContainAnyElementsOf(before);
        judged("`helm upgrade --wait` replaced both workers in " + Report.seconds(upgraded)
                + " s, the old ones were gone " + Report.seconds(after) + " s later");
    }

    @Test
    void goesBackWhereNewWorkersDoNotStart() {
        List<String> before = release.pods().stream().map(Release::name).toList();

        Command.Result result = release.tryUpgrade(
                TWO + "bundles: {paths: [/opt/sluice/models/bundles/none]}\n", "--atomic", "--timeout", "60s");
        release.awaitReady(2);

        assertThat(result.ok()).isFalse();
        assertThat(release.pods()).extracting(Release::name).containsAnyElementsOf(before);
        judged("`helm upgrade --atomic` went back from a release whose workers don't start");
    }

    @Test
    void isDrainedOneWorkerAtATime() throws InterruptedException {
        List<String> before = release.pods().stream().map(Release::name).toList();
        Command drain = kubectl.of(
                "drain",
                "node",
                "--pod-selector",
                "app.kubernetes.io/instance=" + Release.NAME,
                "--delete-emptydir-data",
                "--timeout=5m");
        var drained = new java.util.concurrent.FutureTask<>(drain::result);
        Thread.ofPlatform().name("drain").daemon(true).start(drained);

        // The node takes no pods meanwhile, so the budget holds the second one back for as long as this.
        Kubectl.await(
                Duration.ofMinutes(2),
                "one worker has been taken away",
                () -> served(before) < 2,
                () -> kubectl.run("--namespace", NAMESPACE, "get", "pods"));
        Thread.sleep(Duration.ofSeconds(15));
        assertThat(served(before)).isOne();
        kubectl.run("uncordon", "node");
        try {
            Command.Result result = drained.get();
            assertThat(result.ok()).as(result.text()).isTrue();
            assertThat(result.text()).contains("disruption budget");
        } catch (java.util.concurrent.ExecutionException e) {
            throw new AssertionError(e);
        }
        release.awaitReady(2);

        assertThat(release.pods()).extracting(Release::name).doesNotContainAnyElementsOf(before);
        judged("`kubectl drain` took one worker away, and the second only once there was another for the first");
    }

    @Test
    void losesNothingWhereAWorkerIsKilled() {
        JsonNode pod = Objects.requireNonNull(release.pods().getFirst());

        containers.kill(pod);
        Kubectl.await(
                Release.START,
                "the killed worker was started again",
                () -> restarts(Release.name(pod)) > 0,
                () -> kubectl.run("--namespace", NAMESPACE, "get", "pods"));
        Duration back = release.awaitReady(2);

        judged("A worker's process was killed with SIGKILL, and its pod was ready " + Report.seconds(back)
                + " s after it was started again");
    }

    @Test
    void losesNothingWhereKafkaIsAwayForAMinute() throws InterruptedException {
        String address = kubectl.run(
                        "--namespace",
                        NAMESPACE,
                        "get",
                        "pods",
                        "--selector",
                        "app=surroundings",
                        "--output",
                        "jsonpath={.items[0].status.podIP}")
                .strip();
        List<String> rule =
                List.of("--destination", address, "--protocol", "tcp", "--dport", "19092", "--jump", "DROP");

        firewall("--insert", rule);
        Thread.sleep(Duration.ofMinutes(1));
        long restarts = release.pods().stream()
                .mapToLong(pod -> restarts(Release.name(pod)))
                .sum();
        firewall("--delete", rule);
        Duration back = release.awaitReady(2);

        judged("Kafka answered nothing for a minute (" + restarts
                + " restarts of workers so far), and both workers were ready " + Report.seconds(back)
                + " s after it did again");
    }

    private void judged(String what) {
        Verdict verdict = traffic.judge(SETTLING);
        Report.say(what + ": " + Judgement.sentence(verdict));
        assertThat(verdict.ok()).as(verdict.summary()).isTrue();
    }

    private long served(List<String> before) {
        return release.pods().stream()
                .filter(pod -> !pod.path("metadata").has("deletionTimestamp"))
                .map(Release::name)
                .filter(before::contains)
                .count();
    }

    private int restarts(String pod) {
        return kubectl.json("--namespace", NAMESPACE, "get", "pod", pod)
                .at("/status/containerStatuses/0/restartCount")
                .asInt();
    }

    private void firewall(String change, List<String> rule) {
        List<String> words = new java.util.ArrayList<>(List.of("iptables", change, "FORWARD"));
        words.addAll(rule);
        cluster.inside(words).output();
    }
}
