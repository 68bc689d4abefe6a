package dev.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.chaos.checker.Verdict;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * KEDA's own operator decides how many workers there are: none to three and back under load, and never none while accepted work is
 * in hand, be Prometheus away or workers not scraped.
 */
@Tag("node")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AutoscalingOnCluster {
    private static final String NAMESPACE = "autoscaling";
    private static final Duration COOLDOWN = Duration.ofSeconds(125);
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final int STEPS = 10;
    private static final int LONG_STEPS = 1000;
    private static final int WORKERS = 3;
    private static final String VALUES = """
            autoscaling:
              enabled: true
              minReplicas: 0
              maxReplicas: 3
              pollingInterval: 5
              cooldownPeriod: %d
              lag:
                threshold: 4
                bootstrapServers: %s
              waiting:
                serverAddress: http://prometheus.monitoring.svc:9090
                thresholdSeconds: 10
            monitoring:
              podMonitor:
                enabled: true
                labels: {release: kube-prometheus-stack}
            networkPolicy:
              metricsFrom:
                - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}
            probes: {startup: {failureThreshold: 24}}
            # Each has processors of its own, as it would have a device: what one makes in a second must not depend on how many there are.
            resources: {limits: {cpu: 600m}}
            """.formatted(COOLDOWN.toSeconds(), Surroundings.kafka(NAMESPACE));

    private final Cluster cluster = Cluster.of(Cluster.Kind.NODE);
    private final Kubectl kubectl = cluster.kubectl();
    private final Release release = new Release(cluster, NAMESPACE);
    private final Keda keda = new Keda(cluster);
    private Traffic traffic = Traffic.none();
    private Replicas replicas = Replicas.none();
    /** Evaluations per second of a worker's device, as the first test saw them. */
    private double evaluationsPerSecond = 30;

    @BeforeAll
    void install() {
        CustomDefinitions.apply(kubectl);
        keda.start();
        kubectl.restrictedNamespace(NAMESPACE);
        Surroundings.start(kubectl, NAMESPACE);
        release.upgrade(VALUES);
        traffic = Traffic.of(cluster, NAMESPACE);
        replicas = Replicas.watch(kubectl, NAMESPACE, traffic.folder().resolve("replicas.csv"));
    }

    @AfterAll
    void leaveNothing() {
        replicas.close();
        traffic.close();
        kubectl.removeNamespace(NAMESPACE);
        keda.end();
    }

    @Test
    @Order(1)
    void goesFromNoneToManyAndBack() throws InterruptedException {
        replicas.await(PATIENCE, "none without work", now -> now.wanted() == 0 && now.there() == 0);

        long started = System.nanoTime();
        traffic.steps(0.5, STEPS);
        replicas.await(PATIENCE, "a first worker is wanted", now -> now.wanted() > 0);
        Duration woken = since(started);
        replicas.await(PATIENCE, "the first worker is ready", now -> now.ready() > 0);
        Duration first = since(started);
        traffic.steps(3, STEPS);
        replicas.await(PATIENCE, "more than one is ready", now -> now.ready() > 1);
        Duration second = since(started);
        Thread.sleep(Duration.ofSeconds(20));
        traffic.steps(0, STEPS);
        long ended = System.nanoTime();
        Verdict verdict = traffic.judge(PATIENCE);
        Duration settled = since(ended);
        evaluationsPerSecond = traffic.evaluationsPerDeviceSecond();
        replicas.await(PATIENCE, "none after the work", now -> now.wanted() == 0 && now.there() == 0);
        Duration none = since(ended);

        Report.say("KEDA wanted a first worker " + Report.seconds(woken)
                + " s after the first request, which was ready after "
                + Report.seconds(first) + " s and a second one after " + Report.seconds(second) + " s, at most "
                + replicas.most()
                + "; all was done " + Report.seconds(settled) + " s after the last request, and no worker was there "
                + Report.seconds(none) + " s after it (cooldown " + COOLDOWN.toSeconds() + " s, "
                + Math.round(evaluationsPerSecond) + " evaluations a second of a device): "
                + Judgement.sentence(verdict));
        assertThat(verdict.ok()).as(verdict.summary()).isTrue();
    }

    @Test
    @Order(2)
    void keepsWorkersThatHaveWorkWhereNothingIsScraped() throws InterruptedException {
        takeWorkInHand();

        kubectl.run("--namespace", NAMESPACE, "delete", "podmonitor", Release.NAME);
        keepsItsWorkers("no worker was scraped");

        release.upgrade(VALUES + "pod: {annotations: {monitor: again}}\n");
        judged("after workers had not been scraped");
    }

    @Test
    @Order(3)
    void keepsWorkersThatHaveWorkWherePrometheusIsAway() throws InterruptedException {
        takeWorkInHand();

        keda.endPrometheus();
        keepsItsWorkers("Prometheus was away");

        keda.startPrometheus();
        judged("after Prometheus had been away");
    }

    /**
     * So much that it takes longer than the cooldown, by the rate of the first test, also where fuller calls make it thrice as fast;
     * all of it accepted, so that no lag is left.
     */
    private void takeWorkInHand() throws InterruptedException {
        double evaluations = 6 * COOLDOWN.toSeconds() * WORKERS * evaluationsPerSecond;
        int requests = Math.clamp((int) (evaluations / LONG_STEPS / 1.5), 8, 60);
        traffic.steps(2, LONG_STEPS);
        Thread.sleep(Duration.ofMillis(requests * 500L));
        traffic.steps(0, LONG_STEPS);
        replicas.await(PATIENCE, "a worker is ready", now -> now.ready() > 0);
        Thread.sleep(Duration.ofSeconds(10));
        Report.say("Workers have " + traffic.outstanding() + " requests of " + LONG_STEPS + " steps in hand.");
    }

    private void keepsItsWorkers(String while_) throws InterruptedException {
        long started = System.nanoTime();
        int least = Integer.MAX_VALUE;
        while (traffic.outstanding() > 0 && since(started).compareTo(COOLDOWN.plusSeconds(60)) < 0) {
            int now = replicas.now().wanted();
            least = Math.min(least, traffic.outstanding() > 0 ? now : least);
            Thread.sleep(500);
        }
        Report.say("While " + while_ + " for " + Report.seconds(since(started)) + " s (cooldown " + COOLDOWN.toSeconds()
                + " s) with " + traffic.outstanding() + " requests unfinished at its end, KEDA wanted never less than "
                + least + " workers.");
        assertThat(least).isPositive();
        assertThat(since(started)).as("the work in hand lasted").isGreaterThan(COOLDOWN);
    }

    private void judged(String what) {
        Verdict verdict = traffic.judge(PATIENCE);
        Report.say("Judged " + what + ": " + Judgement.sentence(verdict));
        assertThat(verdict.ok()).as(verdict.summary()).isTrue();
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
