package dev.sluice.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** values.yaml, its schema and the README's table say the same. */
class ChartValuesTest {
    /** Kubernetes' own fragments, which the schemas of the rendered objects judge, and maps by names of the user's own. */
    private static final List<String> OPEN = List.of(
            "global",
            "bundles.volume",
            "affinity",
            "pod.extraEnv[]",
            "pod.extraVolumes[]",
            "pod.extraVolumeMounts[]",
            "networkPolicy.metricsFrom[]",
            "networkPolicy.extraEgress[]");

    private final JsonNode values = Yaml.read(Chart.DIRECTORY.resolve("values.yaml"));
    private final JsonNode schema = read();

    @Test
    void hasADefaultForEachValueOfTheSchema() {
        List<String> described = new ArrayList<>();
        leaves("", schema, values, described);

        assertThat(described).hasSizeGreaterThan(100).doesNotHaveDuplicates();
        assertThat(JsonSchemas.problems(JsonSchemas.compile(schema), values)).isEmpty();
    }

    @Test
    void refusesWhatIsUnknownAtEveryPlace() {
        List<String> open = new ArrayList<>();
        findOpen("", schema, open);

        assertThat(open).containsExactlyInAnyOrderElementsOf(OPEN);
    }

    @Test
    void printsThemAllInTheReadme() throws IOException {
        List<String> rows = new ArrayList<>();
        leaves("", schema, values, rows);

        String readme = Files.readString(Chart.DIRECTORY.resolve("README.md"));
        String table = readme.substring(readme.indexOf("| value | default | what |"));
        assertThat(table.lines().skip(2).takeWhile(line -> line.startsWith("|")))
                .containsExactlyElementsOf(rows);
    }

    /** A row for each value, in the order of values.yaml; a map with names of the user's own is one value. */
    private static void leaves(String path, JsonNode schema, JsonNode value, List<String> rows) {
        JsonNode properties = schema.path("properties");
        if (value.isObject()
                && !value.isEmpty()
                && schema.path("additionalProperties").isBoolean()) {
            value.properties()
                    .forEach(entry -> leaves(
                            child(path, entry.getKey()), properties.path(entry.getKey()), entry.getValue(), rows));
            properties
                    .fieldNames()
                    .forEachRemaining(name -> assertThat(value.has(name) || name.equals("global"))
                            .as("a default for " + child(path, name))
                            .isTrue());
        } else {
            String description = schema.path("description").asText();
            assertThat(description).as(path).endsWith(".");
            rows.add("| `" + path + "` | `" + spaced(value) + "` | " + description + " |");
        }
    }

    private static void findOpen(String path, JsonNode schema, List<String> open) {
        if (schema.path("type").asText().equals("object")) {
            JsonNode others = schema.path("additionalProperties");
            if (others.isMissingNode() || others.asBoolean()) {
                open.add(path);
            }
            if (others.isObject()) {
                findOpen(path + ".*", others, open);
            }
            schema.path("properties")
                    .properties()
                    .forEach(entry -> findOpen(child(path, entry.getKey()), entry.getValue(), open));
        } else if (schema.path("type").asText().equals("array")) {
            findOpen(path + "[]", schema.path("items"), open);
        }
    }

    private static String child(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** JSON with a space after colons and commas, as a reader of YAML would write it. */
    private static String spaced(JsonNode value) {
        if (value.isContainerNode() && !value.isEmpty()) {
            return value.toString().replace("\":", "\": ").replace("\",\"", "\", \"");
        }
        return value.toString();
    }

    private static JsonNode read() {
        try {
            return new JsonMapper()
                    .readTree(Chart.DIRECTORY.resolve("values.schema.json").toFile());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
