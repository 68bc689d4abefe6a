package dev.sluice.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.text.JsonFault;
import dev.sluice.text.Nearest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.specific.SpecificData;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests from plain JSON: the contract's field names, defaults for what is left out, enums in any case,
 * timestamps in ISO 8601. Not Avro's own JSON, which wants every field and tagged unions.
 *
 * <p>What can be read in two ways is refused, since somebody pays for it: a key twice, more than one value, bytes that are
 * no UTF-8, numbers that don't fit.
 */
public final class JsonRequests {
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private JsonRequests() {}

    /**
     * Reads a request from each line; empty lines and a byte order mark before the first are passed over.
     *
     * @throws IllegalArgumentException with the number of the first line that is no request or contradicts itself, and what is
     *     wrong with it
     */
    static List<GenerationRequested> readLines(InputStream input) throws IOException {
        List<GenerationRequested> requests = new ArrayList<>();
        Map<String, GenerationRequested> byId = new HashMap<>();
        byte[] all = input.readAllBytes();
        int start = beginsWith(all, BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
        for (int number = 1; start < all.length; number++) {
            int end = start;
            while (end < all.length && all[end] != '\n') {
                end++;
            }
            try {
                String line = utf8(ByteBuffer.wrap(all, start, end - start));
                if (!line.isBlank()) {
                    GenerationRequested request = parse(line);
                    RequestCheck.require(request);
                    requireSame(byId.putIfAbsent(request.getRequestId(), request), request);
                    requests.add(request);
                }
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("line " + number + ": " + e.getMessage(), e);
            }
            start = end + 1;
        }
        return requests;
    }

    /**
     * Reads one request.
     *
     * @throws IllegalArgumentException naming the field that is unknown, missing or of the wrong kind
     */
    public static GenerationRequested parse(String line) {
        JsonNode node;
        try {
            node = JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(whatIsWrong(e), e);
        }
        GenericRecord record = record("", node, GenerationRequested.getClassSchema());
        return (GenerationRequested) SpecificData.getForClass(GenerationRequested.class)
                .deepCopy(GenerationRequested.getClassSchema(), record);
    }

    /** One id is one request, however often it is delivered. */
    private static void requireSame(@Nullable GenerationRequested before, GenerationRequested request) {
        if (before != null && !before.equals(request)) {
            throw new IllegalArgumentException("requestId: " + request.getRequestId()
                    + " is that of an earlier line, which asks for something else");
        }
    }

    private static String whatIsWrong(JsonProcessingException e) {
        String where =
                e.getLocation() == null ? "" : " at column " + e.getLocation().getColumnNr();
        // Jackson names its own class and setting here.
        return e instanceof MismatchedInputException
                ? "there is more than one JSON object" + where
                : "not JSON" + where + ": " + JsonFault.reason(e);
    }

    private static boolean beginsWith(byte[] bytes, byte[] beginning) {
        return bytes.length >= beginning.length
                && Arrays.equals(bytes, 0, beginning.length, beginning, 0, beginning.length);
    }

    private static String utf8(ByteBuffer line) {
        int start = line.position();
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        try {
            return decoder.decode(line).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("not UTF-8 at byte " + (line.position() - start + 1), e);
        }
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
                throw new IllegalArgumentException(fieldPath + ": no such field" + didYouMean(entry.getKey(), schema));
            }
            builder.set(field, value(fieldPath, entry.getValue(), field.schema()));
        }
        for (Schema.Field field : schema.getFields()) {
            if (!field.hasDefaultValue() && !node.has(field.name())) {
                throw new IllegalArgumentException(
                        (path.isEmpty() ? "" : path + ".") + field.name() + ": must be given");
            }
        }
        return builder.build();
    }

    /** A field of the same record, or one of that name anywhere in the contract. */
    private static String didYouMean(String key, Schema schema) {
        List<String> here = schema.getFields().stream().map(Schema.Field::name).toList();
        String meant = Nearest.didYouMean(key, here);
        return meant.isEmpty() ? Nearest.didYouMean(key, paths("", GenerationRequested.getClassSchema())) : meant;
    }

    private static List<String> paths(String path, Schema record) {
        List<String> paths = new ArrayList<>();
        for (Schema.Field field : record.getFields()) {
            String inside = path.isEmpty() ? field.name() : path + "." + field.name();
            Schema type = field.schema().isUnion() ? notNull(field.schema()) : field.schema();
            paths.add(inside);
            if (type.getType() == Schema.Type.RECORD) {
                paths.addAll(paths(inside, type));
            }
        }
        return paths;
    }

    private static @Nullable Object value(String path, JsonNode node, Schema schema) {
        return switch (schema.getType()) {
            case UNION -> node.isNull() ? null : value(path, node, notNull(schema));
            case RECORD -> record(path, node, schema);
            case ENUM -> new GenericData.EnumSymbol(schema, symbol(path, node, schema));
            case ARRAY -> array(path, node, schema);
            case MAP -> map(path, node, schema);
            case STRING -> text(path, node);
            case INT -> (int) number(path, node, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case LONG ->
                schema.getLogicalType() == null
                        ? (Object) number(path, node, Long.MIN_VALUE, Long.MAX_VALUE)
                        : instant(path, node);
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
        String symbol =
                (node.isTextual() ? node.asText() : "").toUpperCase(Locale.ROOT).replace('-', '_');
        if (!schema.getEnumSymbols().contains(symbol)) {
            List<String> symbols = schema.getEnumSymbols().stream()
                    .filter(known -> !known.equals(schema.getEnumDefault()))
                    .toList();
            throw wrong(path, "one of " + String.join(", ", symbols) + Nearest.didYouMean(symbol, symbols));
        }
        return symbol;
    }

    private static List<@Nullable Object> array(String path, JsonNode node, Schema schema) {
        require(node.isArray(), path, "a list");
        List<@Nullable Object> items = new ArrayList<>();
        node.forEach(item -> items.add(value(path + "[" + items.size() + "]", item, schema.getElementType())));
        return items;
    }

    private static Map<String, @Nullable Object> map(String path, JsonNode node, Schema schema) {
        require(node.isObject(), path, "an object");
        Map<String, @Nullable Object> entries = new HashMap<>();
        node.properties()
                .forEach(entry -> entries.put(
                        encodable(path, entry.getKey()),
                        value(path + "." + entry.getKey(), entry.getValue(), schema.getValueType())));
        return entries;
    }

    private static String text(String path, JsonNode node) {
        require(node.isTextual(), path, "text");
        return encodable(path, node.asText());
    }

    /** JSON can escape half of a surrogate pair, which Avro would write as a question mark. */
    private static String encodable(String path, String text) {
        require(StandardCharsets.UTF_8.newEncoder().canEncode(text), path, "text without half a surrogate pair");
        return text;
    }

    private static long number(String path, JsonNode node, long least, long most) {
        require(node.isIntegralNumber(), path, "a whole number");
        require(
                node.canConvertToLong() && node.asLong() >= least && node.asLong() <= most,
                path,
                "a whole number from " + least + " to " + most);
        return node.asLong();
    }

    /**
     * Takes NaN and infinities as text too, since JSON has no such numbers. The field decides whether it accepts them.
     */
    private static double decimal(String path, JsonNode node) {
        return switch (node.isTextual() ? node.asText() : "") {
            case "NaN" -> Double.NaN;
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> {
                require(node.isNumber(), path, "a number");
                require(Double.isFinite(node.asDouble()), path, "a number that fits into 64 bits");
                yield node.asDouble();
            }
        };
    }

    private static Instant instant(String path, JsonNode node) {
        try {
            Instant instant = Instant.parse(node.isTextual() ? node.asText() : "");
            // As the contract counts it, where it can.
            return Instant.EPOCH.plus(ChronoUnit.MICROS.between(Instant.EPOCH, instant), ChronoUnit.MICROS);
        } catch (DateTimeException | ArithmeticException e) {
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
