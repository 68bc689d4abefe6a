package dev.sluice.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.Waits;
import dev.sluice.deployment.Yaml;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** kubectl, as the cluster's administrator. */
final class Kubectl {
    private static final Duration LOOK = Duration.ofMillis(500);

    private final Cluster cluster;

    Kubectl(Cluster cluster) {
        this.cluster = cluster;
    }

    Command of(String... words) {
        List<String> all = new ArrayList<>(List.of("kubectl"));
        all.addAll(List.of(words));
        return cluster.command(all);
    }

    /** Its output; refuses a status other than 0. */
    String run(String... words) {
        return of(words).output();
    }

    /** What it prints as JSON. */
    JsonNode json(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--output", "json"));
        return Yaml.documents(run(all.toArray(String[]::new))).getFirst();
    }

    void apply(String namespace, String yaml) {
        of("--namespace", namespace, "apply", "--server-side", "--force-conflicts", "--filename", "-")
                .reading(yaml)
                .output();
    }

    /** Makes a namespace that takes no pod beyond the restricted standard, and says so of workloads too. */
    void restrictedNamespace(String name) {
        apply("default", """
                apiVersion: v1
                kind: Namespace
                metadata:
                  name: %s
                  labels:
                    pod-security.kubernetes.io/enforce: restricted
                    pod-security.kubernetes.io/warn: restricted
                """.formatted(name));
    }

    /** Removes a namespace and, without letting them finish, the pods in it. Returns when it has gone. */
    void removeNamespace(String name) {
        of("--namespace", name, "delete", "scaledobjects.keda.sh", "--all").result();
        of("--namespace", name, "delete", "deployments,statefulsets", "--all").result();
        of("--namespace", name, "delete", "pods", "--all", "--force", "--grace-period=0")
                .result();
        run("delete", "namespace", name, "--ignore-not-found", "--timeout=3m");
    }

    /** Names of the objects of these kinds, {@code kind/name} each. */
    List<String> names(String namespace, String kinds) {
        return run("--namespace", namespace, "get", kinds, "--output", "name")
                .lines()
                .toList();
    }

    /**
     * Waits on a condition.
     *
     * @param state is told where it does not come true
     */
    static void await(Duration patience, String what, BooleanSupplier condition, Supplier<String> state) {
        Waits.until(
                Waits.atMost(patience).pollInterval(LOOK),
                condition::getAsBoolean,
                () -> "not within " + patience.toSeconds() + " s: " + what + "; it is " + state.get());
    }
}
