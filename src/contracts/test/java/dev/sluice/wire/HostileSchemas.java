package dev.sluice.wire;

import dev.sluice.events.v1.GenerationRequested;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.avro.Schema;

/** Writers' schemas that pass for the request contract's by name, and make few bytes cost much. */
public final class HostileSchemas {
    private HostileSchemas() {}

    /** Schemas by what they do. */
    public static Map<String, Schema> all() {
        Map<String, Schema> schemas = new TreeMap<>();
        schemas.put("recursion", hostile("""
                {"type": "record", "name": "Node", "fields": [{"name": "next", "type": ["null", "Node"]}]}"""));
        schemas.put("recursion without an end", hostile("""
                {"type": "record", "name": "Node", "fields": [{"name": "next", "type": "Node"}]}"""));
        schemas.put("array of nulls", hostile("""
                {"type": "array", "items": "null"}"""));
        schemas.put("array of arrays of nulls", hostile("""
                {"type": "array", "items": {"type": "array", "items": "null"}}"""));
        schemas.put("map of nulls", hostile("""
                {"type": "map", "values": "null"}"""));
        schemas.put("array of records without fields", hostile("""
                {"type": "array", "items": {"type": "record", "name": "Nothing", "fields": []}}"""));
        schemas.put("array of fixed of no bytes", hostile("""
                {"type": "array", "items": {"type": "fixed", "name": "Nothing", "size": 0}}"""));
        schemas.put("records that double at each level", hostile(doubling(40)));
        schemas.put("fifty thousand fields", hostile(wide(50_000)));
        return schemas;
    }

    /** The contract with a field in front that its readers skip. */
    private static Schema hostile(String type) {
        String field = "{\"name\": \"evil\", \"type\": " + type + "}";
        Schema widened = SchemaEdits.with(GenerationRequested.getClassSchema(), field);
        return List.of(
                        "requestId",
                        "tenantId",
                        "model",
                        "prompt",
                        "images",
                        "seed",
                        "sampler",
                        "guidance",
                        "priority",
                        "deadline",
                        "tags")
                .stream()
                .reduce(widened, SchemaEdits::withLast, (one, other) -> other);
    }

    private static String doubling(int levels) {
        String inner = "\"int\"";
        for (int level = 0; level < levels; level++) {
            String name = "Level" + level;
            inner = "{\"type\": \"record\", \"name\": \"%s\", \"fields\": [{\"name\": \"a\", \"type\": %s},"
                            .formatted(name, inner)
                    + "{\"name\": \"b\", \"type\": " + (level == 0 ? "\"int\"" : "\"Level" + (level - 1) + "\"")
                    + "}]}";
        }
        return inner;
    }

    private static String wide(int fields) {
        return IntStream.range(0, fields)
                .mapToObj(i -> "{\"name\": \"f%d\", \"type\": \"int\"}".formatted(i))
                .collect(Collectors.joining(",", "{\"type\": \"record\", \"name\": \"Wide\", \"fields\": [", "]}"));
    }
}
