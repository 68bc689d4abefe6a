package dev.sluice.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Parses one schema together with those that it refers to. Confluent's registry keeps them as {@code references}, each
 * with the {@code subject} and {@code version} of a schema that defines a name. They may refer to others in turn. What
 * they may cost is bounded in depth, number and text.
 */
final class ReferencedSchemas {
    static final int MAX_DEPTH = 8;
    static final int MAX_SCHEMAS = 32;
    static final int MAX_CHARACTERS = 1 << 20;

    /** Finds the registry's answer for a version of a subject. */
    interface Versions {
        JsonNode of(String subject, int version);
    }

    private final int schemaId;
    private final Versions versions;
    private final Schema.Parser parser = new Schema.Parser().setValidateDefaults(false);
    private final Set<String> asked = new LinkedHashSet<>();
    private int characters;

    private ReferencedSchemas(int schemaId, Versions versions) {
        this.schemaId = schemaId;
        this.versions = versions;
    }

    /**
     * Parses the schema of an answer.
     *
     * @throws UndecodableException where it, or what it refers to, can't be parsed or is too much
     */
    static Schema parse(int schemaId, JsonNode answer, Versions versions) {
        return new ReferencedSchemas(schemaId, versions).parsed(answer, 0);
    }

    private Schema parsed(JsonNode answer, int depth) {
        for (JsonNode reference : answer.path("references")) {
            String subject = reference.path("subject").asText();
            int version = reference.path("version").asInt();
            if (!asked.add(subject + " version " + version)) {
                continue;
            }
            if (depth >= MAX_DEPTH || asked.size() > MAX_SCHEMAS) {
                throw refused(
                        "refers to more than " + MAX_SCHEMAS + " schemas, or more than " + MAX_DEPTH + " deep", null);
            }
            parsed(versions.of(subject, version), depth + 1);
        }
        String text = answer.path("schema").asText();
        characters += text.length();
        if (characters > MAX_CHARACTERS) {
            throw refused("has over " + MAX_CHARACTERS + " characters with what it refers to", null);
        }
        try {
            return parser.parse(text);
        } catch (RuntimeException e) {
            // Text picked by somebody else can make the parser fail in any way.
            throw refused("can't be parsed" + (asked.isEmpty() ? "" : " together with " + asked), e);
        }
    }

    private UndecodableException refused(String why, @Nullable Throwable cause) {
        return new UndecodableException(
                UndecodableException.Reason.UNREADABLE_SCHEMA,
                RegistryAnswer.oneLine("schema " + schemaId + " " + why),
                cause);
    }
}
