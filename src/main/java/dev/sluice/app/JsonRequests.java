package dev.sluice.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.events.v1.GenerationRequested;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.specific.SpecificData;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests from plain JSON: the contract's field names, defaults for what is left out, enums in any case,
 * timestamps in ISO 8601. Not Avro's own JSON, which wants every field and tagged unions.
 */
final class JsonRequests {
    private JsonRequests() {}

    /**
     * Reads one request.
     *
     * @throws IllegalArgumentException naming the field that is unknown, missing or of the wrong kind
     */
    static GenerationRequested parse(String line) {
        JsonNode node;
        try {
            node = new JsonMapper().readTree(line);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
        }
        GenericRecord record = record("", node, GenerationRequested.getClassSchema());
        return (GenerationRequested) SpecificData.getForClass(GenerationRequested.class)
                .deepCopy(GenerationRequested.getClassSchema(), record);
    }

    private static GenericRecord record(String path, JsonNode node, Schema schema) {
        if (!node.isObject()) {
            throw wrong(path, "an object");
        }
        GenericRecordBuilder builder = new GenericRecordBuilder(schema);
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            String fieldPath = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
            Schema.Field field = schema.getField(entry.getKey());
            if (field == null) {
                throw new IllegalArgumentException(fieldPath + ": no such field");
            }
            builder.set(field, value(fieldPath, entry.getValue(), field.schema()));
        }
        try {
            return builder.build();
        } catch (AvroRuntimeException e) {
            throw new IllegalArgumentException(
                    (path.isEmpty() ? "" : path + ": ") + "a field without default is missing: " + e.getMessage(), e);
        }
    }

    private static @Nullable Object value(String path, JsonNode node, Schema schema) {
        return switch (schema.getType()) {
            case UNION -> node.isNull() ? null : value(path, node, notNull(schema));
            case RECORD -> record(path, node, schema);
            case ENUM -> new GenericData.EnumSymbol(schema, symbol(path, node, schema));
            case ARRAY -> array(path, node, schema);
            case MAP -> map(path, node, schema);
            case STRING -> require(node.isTextual(), path, "text") ? node.asText() : null;
            case INT ->
                require(node.canConvertToInt() && node.isIntegralNumber(), path, "a whole number")
                        ? node.asInt()
                        : null;
            case LONG -> schema.getLogicalType() == null ? (Object) number(path, node) : instant(path, node);
            case DOUBLE -> decimal(path, node);
            case BOOLEAN -> require(node.isBoolean(), path, "true or false") ? node.asBoolean() : null;
            default -> throw new IllegalArgumentException(path + ": can't be given in JSON");
        };
    }

    private static Schema notNull(Schema union) {
        return union.getTypes().stream()
                .filter(type -> type.getType() != Schema.Type.NULL)
                .findFirst()
                .orElseThrow();
    }

    private static String symbol(String path, JsonNode node, Schema schema) {
        String symbol = node.asText().toUpperCase(Locale.ROOT).replace('-', '_');
        if (!schema.getEnumSymbols().contains(symbol)) {
            throw wrong(path, "one of " + String.join(", ", schema.getEnumSymbols()));
        }
        return symbol;
    }

    private static List<@Nullable Object> array(String path, JsonNode node, Schema schema) {
        require(node.isArray(), path, "a list");
        List<@Nullable Object> items = new ArrayList<>();
        node.forEach(item -> items.add(value(path, item, schema.getElementType())));
        return items;
    }

    private static Map<String, @Nullable Object> map(String path, JsonNode node, Schema schema) {
        require(node.isObject(), path, "an object");
        Map<String, @Nullable Object> entries = new HashMap<>();
        node.properties()
                .forEach(entry -> entries.put(
                        entry.getKey(), value(path + "." + entry.getKey(), entry.getValue(), schema.getValueType())));
        return entries;
    }

    private static long number(String path, JsonNode node) {
        require(node.canConvertToLong() && node.isIntegralNumber(), path, "a whole number");
        return node.asLong();
    }

    /** Also the strings NaN and Infinity, so that a worker's refusals can be tried. */
    private static double decimal(String path, JsonNode node) {
        try {
            return node.isTextual() ? Double.parseDouble(node.asText()) : requireNumber(path, node);
        } catch (NumberFormatException e) {
            throw wrong(path, "a number");
        }
    }

    private static double requireNumber(String path, JsonNode node) {
        require(node.isNumber(), path, "a number");
        return node.asDouble();
    }

    private static Instant instant(String path, JsonNode node) {
        try {
            return Instant.parse(node.asText()).truncatedTo(ChronoUnit.MICROS);
        } catch (DateTimeParseException e) {
            throw wrong(path, "a time such as 2030-01-31T12:00:00Z");
        }
    }

    private static boolean require(boolean right, String path, String expected) {
        if (!right) {
            throw wrong(path, expected);
        }
        return true;
    }

    private static IllegalArgumentException wrong(String path, String expected) {
        return new IllegalArgumentException((path.isEmpty() ? "the request" : path) + ": must be " + expected);
    }
}
