package dev.sluice.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What containerd knows of pods, and what can be done to their processes and in their networks. */
final class Containers {
    /** A pod that does nothing, for its place in the network. */
    static final String IDLE = "idle";

    private static final String IDLE_POD = """
            apiVersion: v1
            kind: Pod
            metadata: {name: %s}
            spec:
              automountServiceAccountToken: false
              securityContext: {runAsNonRoot: true, runAsUser: 65532, seccompProfile: {type: RuntimeDefault}}
              containers:
                - name: idle
                  image: cluster.invalid/pause:1
                  imagePullPolicy: Never
                  securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
            """.formatted(IDLE);

    private final Cluster cluster;
    private final Kubectl kubectl;

    Containers(Cluster cluster) {
        this.cluster = cluster;
        kubectl = cluster.kubectl();
    }

    void idle(String namespace) {
        kubectl.apply(namespace, IDLE_POD);
        kubectl.run("--namespace", namespace, "wait", "--for=condition=Ready", "pod/" + IDLE, "--timeout=60s");
    }

    JsonNode pod(String namespace, String name) {
        return kubectl.json("--namespace", namespace, "get", "pod", name);
    }

    JsonNode podBy(String namespace, String label) {
        JsonNode pods = kubectl.json("--namespace", namespace, "get", "pods", "--selector", label);
        return Objects.requireNonNull(pods.path("items").path(0));
    }

    /** Ends the process of a pod's first container as the kernel does where memory is out. */
    void kill(JsonNode pod) {
        ctr("task", "kill", "--signal", "SIGKILL", container(pod)).output();
    }

    /** Whether a connection from the pod's network is taken within a few seconds. */
    boolean reaches(JsonNode from, String address, int port) {
        return cluster.inside(List.of(
                        "nsenter",
                        "--target",
                        pid(from),
                        "--net",
                        "timeout",
                        "3",
                        "bash",
                        "-c",
                        "exec 3<>/dev/tcp/" + address + "/" + port))
                .result()
                .ok();
    }

    private String pid(JsonNode pod) {
        String container = container(pod);
        return ctr("task", "list")
                .output()
                .lines()
                .map(line -> line.split(" +"))
                .filter(words -> words[0].equals(container))
                .map(words -> words[1])
                .findFirst()
                .orElseThrow();
    }

    private static String container(JsonNode pod) {
        return pod.at("/status/containerStatuses/0/containerID").asText().replace("containerd://", "");
    }

    private Command ctr(String... words) {
        List<String> all = new ArrayList<>(List.of(
                "ctr", "--address", cluster.folder().resolve("containerd.sock").toString(), "--namespace", "k8s.io"));
        all.addAll(List.of(words));
        return cluster.inside(all);
    }
}
