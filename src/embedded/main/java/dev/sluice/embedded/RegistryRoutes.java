package dev.sluice.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;

/** The part of Confluent's registry API that serializers and schema tools use, as a function from request to JSON. */
final class RegistryRoutes {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final SchemaStore store;

    RegistryRoutes(SchemaStore store) {
        this.store = store;
    }

    /**
     * Answers one request.
     *
     * @param path its decoded segments
     * @param query undecoded; only switches are read from it
     * @param body missing where there is none
     * @throws RegistryException if the registry refuses
     */
    JsonNode answer(String method, List<String> path, String query, JsonNode body) {
        String resource = path.isEmpty() ? "" : path.getFirst();
        return switch (resource) {
            case "" -> JSON.objectNode();
            case "subjects" -> subjects(method, path, body);
            case "schemas" -> schemas(method, path);
            case "config" -> config(method, path, query, body);
            case "compatibility" -> compatibility(method, path, query, body);
            default -> throw RegistryException.noSuchRoute();
        };
    }

    private JsonNode subjects(String method, List<String> path, JsonNode body) {
        String subject = path.size() > 1 ? path.get(1) : "";
        if (path.size() > 2 && !path.get(2).equals("versions")) {
            throw RegistryException.noSuchRoute();
        }
        return switch (method + " " + path.size()) {
            case "GET 1" -> strings(store.subjects());
            case "POST 2" ->
                describe(store.find(subject, schemaOf(body)).orElseThrow(RegistryException::schemaNotFound));
            case "GET 3" -> {
                ArrayNode numbers = JSON.arrayNode();
                store.versions(subject).forEach(version -> numbers.add(version.version()));
                yield numbers;
            }
            case "POST 3" ->
                JSON.objectNode()
                        .put("id", store.register(subject, schemaOf(body)).id());
            case "GET 4" -> describe(version(subject, path.get(3)));
            default -> throw RegistryException.methodNotAllowed();
        };
    }

    private JsonNode schemas(String method, List<String> path) {
        if (path.size() == 2 && path.get(1).equals("types")) {
            return strings(List.of("AVRO"));
        }
        if (path.size() != 3 || !path.get(1).equals("ids")) {
            throw RegistryException.noSuchRoute();
        }
        requireMethod(method, "GET");
        int id = parseNumber(path.get(2)).orElseThrow(RegistryException::schemaNotFound);
        return JSON.objectNode().put("schema", store.schema(id).toString());
    }

    private JsonNode config(String method, List<String> path, String query, JsonNode body) {
        if (path.size() > 2) {
            throw RegistryException.noSuchRoute();
        }
        Optional<String> subject = path.size() == 2 ? Optional.of(path.get(1)) : Optional.empty();
        if (method.equals("PUT")) {
            CompatibilityLevel level = parseLevel(body.path("compatibility").asText());
            store.setLevel(subject, level);
            return JSON.objectNode().put("compatibility", level.name());
        }
        requireMethod(method, "GET");
        CompatibilityLevel level =
                store.ownLevel(subject).orElseGet(() -> inheritedLevel(subject.orElseThrow(), query));
        return JSON.objectNode().put("compatibilityLevel", level.name());
    }

    private CompatibilityLevel inheritedLevel(String subject, String query) {
        if (!isOn(query, "defaultToGlobal")) {
            throw RegistryException.noSubjectLevel(subject);
        }
        return store.level(subject);
    }

    private JsonNode compatibility(String method, List<String> path, String query, JsonNode body) {
        boolean known = path.size() >= 4
                && path.size() <= 5
                && path.get(1).equals("subjects")
                && path.get(3).equals("versions");
        if (!known) {
            throw RegistryException.noSuchRoute();
        }
        requireMethod(method, "POST");
        String subject = path.get(2);
        Schema candidate = schemaOf(body);
        List<Schema> previous = path.size() == 5
                ? List.of(version(subject, path.get(4)).schema())
                : SchemaStore.schemas(store.versions(subject));
        List<String> objections = store.level(subject).objections(candidate, previous);
        ObjectNode answer = JSON.objectNode().put("is_compatible", objections.isEmpty());
        if (isOn(query, "verbose")) {
            answer.set("messages", strings(objections));
        }
        return answer;
    }

    private RegistryEntry.Registered version(String subject, String number) {
        List<RegistryEntry.Registered> versions = store.versions(subject);
        if (number.equals("latest") || number.equals("-1")) {
            return versions.getLast();
        }
        int version = parseNumber(number)
                .filter(parsed -> parsed > 0)
                .orElseThrow(() -> RegistryException.invalidVersion(number));
        if (version > versions.size()) {
            throw RegistryException.versionNotFound(version);
        }
        return versions.get(version - 1);
    }

    private static Schema schemaOf(JsonNode body) {
        if (!body.path("schemaType").asText("AVRO").equals("AVRO")) {
            throw RegistryException.invalidSchema("only AVRO schemas are kept here");
        }
        if (!body.path("references").isEmpty()) {
            throw RegistryException.invalidSchema("references to other schemas are not supported here");
        }
        try {
            return new Schema.Parser().parse(body.path("schema").asText());
        } catch (AvroRuntimeException e) {
            throw RegistryException.invalidSchema(String.valueOf(e.getMessage()));
        }
    }

    private static JsonNode describe(RegistryEntry.Registered version) {
        return JSON.objectNode()
                .put("subject", version.subject())
                .put("version", version.version())
                .put("id", version.id())
                .put("schema", version.schema().toString());
    }

    private static ArrayNode strings(List<String> values) {
        ArrayNode array = JSON.arrayNode();
        values.forEach(array::add);
        return array;
    }

    private static void requireMethod(String method, String allowed) {
        if (!method.equals(allowed)) {
            throw RegistryException.methodNotAllowed();
        }
    }

    private static CompatibilityLevel parseLevel(String name) {
        try {
            return CompatibilityLevel.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw RegistryException.invalidLevel(name);
        }
    }

    private static Optional<Integer> parseNumber(String text) {
        try {
            return Optional.of(Integer.valueOf(text));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static boolean isOn(String query, String name) {
        return List.of(query.split("&", -1)).contains(name + "=true");
    }
}
