package dev.sluice.text;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What is wrong with a JSON text, for whoever wrote it. The parser's own words name its classes and settings; these name the
 * field, or else line and column.
 */
public final class JsonFault {
    /** The parser's words by their beginning or middle, and what they mean. */
    private static final List<Meaning> MEANINGS = List.of(
            new Meaning("Duplicate field '(.*)'", found -> found.group(1) + " is there twice"),
            new Meaning(
                    "Unrecognized token '(.*?)'",
                    found -> found.group(1)
                            + " is no value: text stands in double quotes, and beside it there are true, false, null and numbers"),
            new Meaning("to start field name", found -> "a name must stand in double quotes"),
            new Meaning("expecting comma", found -> "a comma is missing"),
            new Meaning("expecting a colon", found -> "a colon is missing"),
            new Meaning("Leading zeroes", found -> "a number must not begin with more than one digit 0"),
            new Meaning("numeric value|Non-standard token", found -> "this is no number"),
            new Meaning("Illegal unquoted character", found -> "line breaks and tabs in text are written \\n and \\t"),
            new Meaning("character escape|hex-digit", found -> "there is no such escape; \\ itself is written \\\\"),
            new Meaning(
                    "Unexpected close marker '(.)': no open", found -> found.group(1) + " closes nothing that is open"),
            new Meaning(
                    "Unexpected close marker '(.)': expected '(.)'",
                    found -> found.group(2) + " must close first what is open, not " + found.group(1)),
            new Meaning("Unexpected character \\('(.)'", found -> found.group(1) + " can't stand here"));

    private static final Pattern BROKEN_OFF = Pattern.compile("(Object|Array)");

    private static final Pattern KNOWN_IDS = Pattern.compile("known type ids = \\[(.*?)]");

    private record Meaning(Pattern words, Function<MatchResult, String> sentence) {
        Meaning(String words, Function<MatchResult, String> sentence) {
            this(Pattern.compile(words), sentence);
        }
    }

    private JsonFault() {}

    /** The fault after its field, or else after line and column where they are known. */
    public static String described(JsonProcessingException fault) {
        String field = fault instanceof JsonMappingException mapping ? field(mapping.getPath()) : "";
        JsonLocation place = fault.getLocation();
        boolean known = place != null && place.getLineNr() > 0;
        String where = !field.isEmpty()
                ? field + ": "
                : known ? "line " + place.getLineNr() + ", column " + place.getColumnNr() + ": " : "";
        return where + reason(fault);
    }

    /** The fault without its place. */
    public static String reason(JsonProcessingException fault) {
        String words = String.valueOf(fault.getOriginalMessage());
        if (words.startsWith("Unexpected end-of-input")) {
            return brokenOff(words);
        }
        return switch (fault) {
            case StreamConstraintsException much -> "it is too long, or nested too deep";
            case UnrecognizedPropertyException unknown ->
                "no such field; there are " + names(unknown.getKnownPropertyIds());
            case ValueInstantiationException refused ->
                String.valueOf((refused.getCause() == null ? refused : refused.getCause()).getMessage());
            case InvalidTypeIdException kind ->
                ids(words).map(ids -> "must be one of " + ids + ", not ").orElse("can't be ") + kind.getTypeId();
            case InvalidFormatException wrong -> "must be " + kind(wrong.getTargetType()) + ", not " + wrong.getValue();
            case MismatchedInputException wrong -> mismatched(wrong, words);
            default -> meaning(words).orElseGet(() -> words.replaceAll("\\s*(at|\\(.*?)? ?\\[Source: .*", ""));
        };
    }

    private static Optional<String> meaning(String words) {
        return MEANINGS.stream()
                .flatMap(meaning ->
                        meaning.words().matcher(words).results().findFirst().map(meaning.sentence()).stream())
                .findFirst();
    }

    private static String brokenOff(String words) {
        return BROKEN_OFF
                .matcher(words)
                .results()
                .findFirst()
                .map(open -> open.group(1).equals("Array")
                        ? "the text ends before its list does"
                        : "the text ends before its object does")
                .orElse("the text ends too early");
    }

    private static String mismatched(MismatchedInputException wrong, String words) {
        return words.contains("ull value for creator property") || words.contains("Missing required creator property")
                ? "must be given"
                : wrong.getTargetType() == null
                        ? "is of another kind than expected"
                        : "must be " + kind(wrong.getTargetType());
    }

    private static Optional<String> ids(String words) {
        return KNOWN_IDS.matcher(words).results().findFirst().map(ids -> ids.group(1));
    }

    private static String kind(Class<?> type) {
        if (type.isEnum()) {
            return "one of "
                    + Arrays.stream(type.getEnumConstants())
                            .map(Object::toString)
                            .collect(Collectors.joining(", "));
        }
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            return "a whole number";
        }
        if (type.isPrimitive() || Number.class.isAssignableFrom(type)) {
            return type == boolean.class ? "true or false" : "a number";
        }
        if (Collection.class.isAssignableFrom(type)) {
            return "a list";
        }
        return type == String.class ? "text" : type == Boolean.class ? "true or false" : "an object";
    }

    private static String names(Collection<?> known) {
        return known == null
                ? "others"
                : known.stream().map(String::valueOf).sorted().collect(Collectors.joining(", "));
    }

    private static String field(List<JsonMappingException.Reference> path) {
        StringBuilder field = new StringBuilder();
        for (JsonMappingException.Reference part : path) {
            if (part.getFieldName() == null) {
                field.append('[').append(part.getIndex()).append(']');
            } else {
                field.append(field.isEmpty() ? "" : ".").append(part.getFieldName());
            }
        }
        return field.toString();
    }
}
