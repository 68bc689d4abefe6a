package dev.sluice.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Kubernetes' pod security standard "restricted", and a read-only root besides. */
final class RestrictedPod {
    private static final Set<String> VOLUMES = Set.of(
            "configMap",
            "csi",
            "downwardAPI",
            "emptyDir",
            "ephemeral",
            "image",
            "persistentVolumeClaim",
            "projected",
            "secret");

    private RestrictedPod() {}

    /** What the standard forbids of a pod's {@code spec}, and where its root can be written. */
    static List<String> problems(JsonNode pod) {
        List<String> problems = standardProblems(pod);
        for (JsonNode container : containers(pod)) {
            require(
                    container
                            .path("securityContext")
                            .path("readOnlyRootFilesystem")
                            .asBoolean(),
                    "readOnlyRootFilesystem",
                    problems);
        }
        return problems;
    }

    /** What the standard forbids of a pod's {@code spec}. */
    static List<String> standardProblems(JsonNode pod) {
        List<String> problems = new ArrayList<>();
        JsonNode context = pod.path("securityContext");
        require(context.path("runAsNonRoot").asBoolean(), "runAsNonRoot", problems);
        require(context.path("runAsUser").asInt() > 0, "runAsUser", problems);
        require(
                context.path("seccompProfile").path("type").asText().equals("RuntimeDefault"),
                "seccompProfile",
                problems);
        for (String shared : List.of("hostNetwork", "hostPID", "hostIPC")) {
            require(!pod.path(shared).asBoolean(), shared, problems);
        }
        for (JsonNode volume : pod.path("volumes")) {
            volume.fieldNames()
                    .forEachRemaining(field ->
                            require(field.equals("name") || VOLUMES.contains(field), "volume of " + field, problems));
        }
        for (JsonNode container : containers(pod)) {
            JsonNode own = container.path("securityContext");
            require(!own.path("allowPrivilegeEscalation").asBoolean(true), "allowPrivilegeEscalation", problems);
            require(
                    own.path("capabilities").path("drop").toString().equals("[\"ALL\"]")
                            && !own.path("capabilities").has("add"),
                    "capabilities",
                    problems);
        }
        return problems;
    }

    private static List<JsonNode> containers(JsonNode pod) {
        List<JsonNode> containers = new ArrayList<>();
        pod.path("initContainers").forEach(containers::add);
        pod.path("containers").forEach(containers::add);
        return containers;
    }

    private static void require(boolean held, String what, List<String> problems) {
        if (!held) {
            problems.add(what);
        }
    }
}
