package dev.sluice.worker;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.text.FileFault;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** Where configuration values come from: a YAML file, overridden by the environment. Flat, by dotted name. */
public final class ConfigSource {
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** The variable that OpenTelemetry defines for all programs. */
    private static final String COLLECTOR = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private ConfigSource() {}

    /**
     * Reads a file; nested keys and dotted keys mean the same, lists are joined by commas, and lists of more than plain values
     * are one value, as JSON. A key without a value is not set.
     *
     * @throws ConfigException if the file can't be read
     */
    public static Map<String, String> file(Path file) {
        Map<String, String> values = new TreeMap<>();
        List<String> twice = new ArrayList<>();
        try {
            JsonNode root = YAML.readTree(file.toFile());
            if (root != null && !root.isMissingNode() && !root.isNull()) {
                flatten("", root, (name, value) -> {
                    if (values.put(name, value) != null) {
                        twice.add(name + ": set twice, nested and dotted (" + file + ")");
                    }
                });
            }
        } catch (JsonProcessingException e) {
            // The parser's message quotes the line, which may hold a secret.
            JsonLocation place = e.getLocation();
            boolean again = e.getOriginalMessage().startsWith("Duplicate field");
            throw new ConfigException(List.of(file + (again ? ": a key for the second time" : ": no YAML") + " at line "
                    + place.getLineNr() + ", column " + place.getColumnNr()));
        } catch (IOException e) {
            throw new ConfigException(List.of(file + ": " + FileFault.reason(e)));
        }
        if (!twice.isEmpty()) {
            throw new ConfigException(twice);
        }
        return values;
    }

    /**
     * The keys that the environment sets, and by their own names the variables that are nearly a key's, for the reader to refuse.
     * Others are somebody else's and left alone.
     *
     * @param file what it goes before: a variable that is meant for all programs does not
     */
    public static Map<String, String> environment(Map<String, String> variables, Map<String, String> file) {
        Map<String, String> values = new TreeMap<>();
        for (ConfigKey key : ConfigKey.ALL) {
            String value = variables.get(key.variable());
            if (value != null) {
                values.put(key.name(), value);
            }
            key.formerVariable()
                    .flatMap(former -> Optional.ofNullable(variables.get(former)))
                    .ifPresent(given -> values.put(key.former().orElseThrow(), given));
        }
        if (file.getOrDefault("traces.endpoint", "").isBlank()) {
            Optional.ofNullable(variables.get(COLLECTOR))
                    .ifPresent(value -> values.putIfAbsent("traces.endpoint", value));
        }
        variables.forEach((name, value) -> {
            if (name.startsWith("SLUICE_KAFKA_PROPERTIES_")) {
                String property = name.substring("SLUICE_KAFKA_PROPERTIES_".length());
                values.put(
                        ConfigKey.KAFKA_PROPERTIES
                                + property.toLowerCase(Locale.ROOT).replace('_', '.'),
                        value);
            }
        });
        Variables.misspelt(variables).forEach(name -> values.put(name, variables.getOrDefault(name, "")));
        return values;
    }

    /** A key, or a section of keys. */
    private static boolean isKnown(String name) {
        return name.startsWith(ConfigKey.KAFKA_PROPERTIES)
                || ConfigKey.KAFKA_PROPERTIES.startsWith(name + ".")
                || ConfigKey.ALL.stream()
                        .anyMatch(key -> key.name().equals(name)
                                || key.former().equals(Optional.of(name))
                                || key.name().startsWith(name + "."));
    }

    private static void flatten(String prefix, JsonNode node, BiConsumer<String, String> values) {
        if (node.isObject()) {
            node.properties()
                    .forEach(entry -> flatten(
                            prefix.isEmpty() ? entry.getKey() : prefix + "." + entry.getKey(),
                            entry.getValue(),
                            values));
        } else if (node.isArray()) {
            if (node.valueStream().anyMatch(JsonNode::isContainerNode)) {
                values.accept(prefix, node.toString());
                return;
            }
            List<String> items = new ArrayList<>();
            node.valueStream().filter(item -> !item.isNull()).forEach(item -> items.add(item.asText()));
            values.accept(prefix, String.join(",", items));
        } else if (!node.isNull()) {
            values.accept(prefix, node.asText());
        } else if (!isKnown(prefix)) {
            // Left for the reader to refuse. "0,00028" in braces is 0 and such a key.
            values.accept(prefix, "");
        }
    }
}
