package dev.sluice.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Schemas of custom resources, as their definitions have them, but strict: where an API server drops a field that it doesn't
 * know, this calls it a problem.
 */
final class CustomResources {
    private final Map<String, Schema> schemas = new HashMap<>();

    private CustomResources() {}

    /** Every served version of the definitions in a folder. */
    static CustomResources read(Path folder) {
        CustomResources resources = new CustomResources();
        Stream.of(folder.toFile().listFiles((directory, name) -> name.endsWith(".yaml")))
                .map(file -> Yaml.read(file.toPath()).path("spec"))
                .forEach(resources::add);
        return resources;
    }

    /** What is wrong with an object; empty where no definition covers its kind. */
    Optional<List<String>> problems(JsonNode object) {
        String kind =
                object.path("apiVersion").asText() + "/" + object.path("kind").asText();
        return Optional.ofNullable(schemas.get(kind)).map(schema -> JsonSchemas.problems(schema, object));
    }

    private void add(JsonNode definition) {
        String group = definition.path("group").asText();
        String kind = definition.path("names").path("kind").asText();
        for (JsonNode version : definition.path("versions")) {
            if (version.path("served").asBoolean()) {
                JsonNode schema = version.path("schema").path("openAPIV3Schema").deepCopy();
                tighten(schema);
                // The API server's own, which a definition only names.
                ((ObjectNode) schema.path("properties")).putObject("metadata").put("type", "object");
                schemas.put(group + "/" + version.path("name").asText() + "/" + kind, JsonSchemas.compile(schema));
            }
        }
    }

    private static void tighten(JsonNode schema) {
        if (schema instanceof ObjectNode object) {
            if (object.path("x-kubernetes-int-or-string").asBoolean()) {
                object.removeAll();
                object.putArray("type").add("integer").add("string");
                return;
            }
            if (object.path("properties").isObject()
                    && !object.has("additionalProperties")
                    && !object.path("x-kubernetes-preserve-unknown-fields").asBoolean()) {
                object.put("additionalProperties", false);
            }
            object.remove("format");
        }
        schema.forEach(CustomResources::tighten);
    }
}
