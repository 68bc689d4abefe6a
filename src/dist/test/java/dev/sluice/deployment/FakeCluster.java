package dev.sluice.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.TreeMap;

/**
 * An API server that has the objects it was given, tells which kinds there are, and changes nothing: enough for Helm's lookups
 * in a dry run. Requests come on the server's own thread, one at a time.
 */
final class FakeCluster implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();

    /** The kinds of each group and version, as {@code plural=Kind}. */
    private static final Map<String, Map<String, String>> KINDS = Map.of(
            "v1",
            Map.of(
                    "configmaps", "ConfigMap",
                    "secrets", "Secret",
                    "serviceaccounts", "ServiceAccount",
                    "services", "Service"),
            "apps/v1",
            Map.of("deployments", "Deployment", "statefulsets", "StatefulSet"),
            "policy/v1",
            Map.of("poddisruptionbudgets", "PodDisruptionBudget"),
            "networking.k8s.io/v1",
            Map.of("networkpolicies", "NetworkPolicy"),
            "node.k8s.io/v1",
            Map.of("runtimeclasses", "RuntimeClass"),
            "keda.sh/v1alpha1",
            Map.of("scaledobjects", "ScaledObject"),
            "monitoring.coreos.com/v1",
            Map.of("podmonitors", "PodMonitor"));

    private final Map<String, JsonNode> objects = new TreeMap<>();
    private final HttpServer server;

    FakeCluster(JsonNode... objects) throws IOException {
        for (JsonNode object : objects) {
            this.objects.put(path(object), object);
        }
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    String kubeConfig() {
        return """
                apiVersion: v1
                kind: Config
                clusters: [{name: fake, cluster: {server: "http://127.0.0.1:%d"}}]
                users: [{name: fake, user: {}}]
                contexts: [{name: fake, context: {cluster: fake, user: fake}}]
                current-context: fake
                """.formatted(server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        JsonNode body = body(exchange.getRequestURI().getPath());
        byte[] bytes = JSON.writeValueAsBytes(body);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(body.path("code").asInt(200), bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private JsonNode body(String path) {
        if (path.equals("/version")) {
            return JSON.createObjectNode().put("major", "1").put("minor", "34").put("gitVersion", "v1.34.0");
        }
        if (path.equals("/api")) {
            ObjectNode versions = JSON.createObjectNode().put("kind", "APIVersions");
            versions.putArray("versions").add("v1");
            return versions;
        }
        if (path.equals("/apis")) {
            return groups();
        }
        for (Map.Entry<String, Map<String, String>> kinds : KINDS.entrySet()) {
            if (path.equals(prefix(kinds.getKey()))) {
                return resources(kinds.getKey(), kinds.getValue());
            }
        }
        JsonNode object = objects.get(path);
        if (object != null) {
            return object;
        }
        return list(path);
    }

    private static JsonNode groups() {
        ObjectNode list = JSON.createObjectNode().put("kind", "APIGroupList").put("apiVersion", "v1");
        var groups = list.putArray("groups");
        KINDS.keySet().stream().filter(version -> version.contains("/")).forEach(version -> {
            ObjectNode group = groups.addObject().put("name", version.substring(0, version.indexOf('/')));
            ObjectNode one = JSON.createObjectNode()
                    .put("groupVersion", version)
                    .put("version", version.substring(version.indexOf('/') + 1));
            group.putArray("versions").add(one);
            group.set("preferredVersion", one);
        });
        return list;
    }

    private static JsonNode resources(String version, Map<String, String> kinds) {
        ObjectNode list = JSON.createObjectNode().put("kind", "APIResourceList").put("groupVersion", version);
        var resources = list.putArray("resources");
        kinds.forEach((plural, kind) -> resources
                .addObject()
                .put("name", plural)
                .put("singularName", "")
                .put("namespaced", !kind.equals("RuntimeClass"))
                .put("kind", kind)
                .putArray("verbs")
                .add("get")
                .add("list")
                .add("create")
                .add("patch"));
        return list;
    }

    /** What stands beneath a path that ends with a kind, or that there is no such object. */
    private JsonNode list(String path) {
        String plural = path.substring(path.lastIndexOf('/') + 1);
        for (Map.Entry<String, Map<String, String>> kinds : KINDS.entrySet()) {
            String kind = kinds.getValue().get(plural);
            if (kind != null && path.startsWith(prefix(kinds.getKey()))) {
                ObjectNode list = JSON.createObjectNode()
                        .put("apiVersion", kinds.getKey())
                        .put("kind", kind + "List");
                list.putObject("metadata").put("resourceVersion", "1");
                var items = list.putArray("items");
                objects.forEach((of, object) -> {
                    if (of.startsWith(path + "/")) {
                        items.add(object);
                    }
                });
                return list;
            }
        }
        return JSON.createObjectNode()
                .put("kind", "Status")
                .put("apiVersion", "v1")
                .put("status", "Failure")
                .put("reason", "NotFound")
                .put("code", 404);
    }

    private static String path(JsonNode object) {
        String version = object.path("apiVersion").asText();
        String kind = object.path("kind").asText();
        String plural = KINDS.getOrDefault(version, Map.of()).entrySet().stream()
                .filter(entry -> entry.getValue().equals(kind))
                .findFirst()
                .orElseThrow()
                .getKey();
        String namespace = object.at("/metadata/namespace").asText();
        return prefix(version) + (namespace.isEmpty() ? "" : "/namespaces/" + namespace) + "/" + plural + "/"
                + object.at("/metadata/name").asText();
    }

    private static String prefix(String version) {
        return (version.contains("/") ? "/apis/" : "/api/") + version;
    }
}
