package dev.sluice.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.apache.avro.Schema;

/** One line of the registry's journal: something that happened once and stays so. */
sealed interface RegistryEntry {
    ObjectNode toJson();

    /**
     * The entry that a line stands for.
     *
     * @throws IllegalArgumentException where the line is none of ours
     */
    static RegistryEntry fromJson(JsonNode json) {
        String type = json.path("type").asText();
        return switch (type) {
            case "schema" ->
                new Registered(
                        json.path("subject").asText(),
                        json.path("version").asInt(),
                        json.path("id").asInt(),
                        new Schema.Parser().parse(json.path("schema").asText()));
            case "level" ->
                new LevelSet(
                        Optional.ofNullable(json.get("subject")).map(JsonNode::asText),
                        CompatibilityLevel.valueOf(json.path("level").asText()));
            default -> throw new IllegalArgumentException("unknown entry type '" + type + "'");
        };
    }

    /** A schema became a version of a subject. */
    record Registered(String subject, int version, int id, Schema schema) implements RegistryEntry {
        @Override
        public ObjectNode toJson() {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("type", "schema")
                    .put("subject", subject)
                    .put("version", version)
                    .put("id", id)
                    .put("schema", schema.toString());
        }
    }

    /**
     * A compatibility level was set.
     *
     * @param subject empty for the level of all subjects that have none of their own
     */
    record LevelSet(Optional<String> subject, CompatibilityLevel level) implements RegistryEntry {
        @Override
        public ObjectNode toJson() {
            ObjectNode json = JsonNodeFactory.instance.objectNode().put("type", "level");
            subject.ifPresent(name -> json.put("subject", name));
            return json.put("level", level.name());
        }
    }
}
