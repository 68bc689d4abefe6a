package dev.sluice.worker;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Where in its file a key is, as file and line: what an operator has to go to. */
public final class ConfigPlaces {
    private static final YAMLFactory YAML = new YAMLFactory();

    private ConfigPlaces() {}

    /** The places of all keys of a file, nested ones by their dotted name; none where it can't be read. */
    public static Map<String, String> of(Path file) {
        Map<String, String> places = new HashMap<>();
        Deque<String> path = new ArrayDeque<>();
        int lists = 0;
        try (JsonParser parser = YAML.createParser(file.toFile())) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                switch (token) {
                    case START_ARRAY -> lists++;
                    case END_ARRAY -> lists--;
                    case FIELD_NAME -> {
                        if (lists == 0) {
                            path.addLast(parser.currentName());
                            places.putIfAbsent(
                                    String.join(".", path),
                                    file + ", line "
                                            + parser.currentTokenLocation().getLineNr());
                        }
                    }
                    default -> {}
                }
                boolean valueEnds =
                        token.isScalarValue() || token == JsonToken.END_ARRAY || token == JsonToken.END_OBJECT;
                if (lists == 0 && valueEnds) {
                    path.pollLast();
                }
            }
        } catch (IOException e) {
            return Map.of();
        }
        return places;
    }

    /** Places in a worker's file. A key that the environment overrides has the variable's name instead. */
    public static Map<String, String> of(Optional<Path> file, Map<String, String> fromEnvironment) {
        Map<String, String> places = new HashMap<>();
        file.map(ConfigPlaces::of).orElse(Map.of()).forEach((name, place) -> put(places, name, place));
        Map<String, String> variables = new HashMap<>();
        ConfigKey.ALL.forEach(key -> {
            variables.put(key.name(), key.variable());
            key.former()
                    .ifPresent(
                            former -> variables.put(former, key.formerVariable().orElseThrow()));
        });
        fromEnvironment.keySet().forEach(name -> put(places, name, variables.getOrDefault(name, "environment")));
        return places;
    }

    /** A key that was renamed is told of by its present name. */
    private static void put(Map<String, String> places, String name, String place) {
        places.put(name, place);
        places.put(RenamedKeys.present(name), place);
    }
}
