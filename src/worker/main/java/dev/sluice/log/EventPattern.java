package dev.sluice.log;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A message of ours before its values are filled in: {@code call_size bundle={} rows={} source="an earlier start"}. The
 * pattern is taken apart and never the message, so a value from outside can't pass for a key.
 *
 * @param name of the event
 */
record EventPattern(String name, List<Part> parts) {
    /** What every line has or may have of its own. */
    static final Set<String> RESERVED = Set.of("ts", "level", "logger", "thread", "event", "msg", "error", "stack");

    private static final String HOLE = "{}";
    private static final Pattern NAME = Pattern.compile("(?:event=)?([a-z][a-z0-9_]*)(?= |$)");
    private static final Pattern FIELD = Pattern.compile(" ([a-z][a-z0-9_]*)=(?:\"([^\"]*)\"|([^\" ]+))(?= |$)");

    EventPattern {
        parts = List.copyOf(parts);
    }

    /** A key and the text that its value is made of. */
    record Part(String name, String text) {
        private int holes() {
            int holes = 0;
            for (int at = text.indexOf(HOLE); at >= 0; at = text.indexOf(HOLE, at + HOLE.length())) {
                holes++;
            }
            return holes;
        }
    }

    /** Reads a pattern; nothing where it is not an event with fields, each named once and none like a key of the line's own. */
    static Optional<EventPattern> of(String pattern) {
        Matcher name = NAME.matcher(pattern);
        if (!name.lookingAt()) {
            return Optional.empty();
        }
        List<Part> parts = new ArrayList<>();
        Set<String> taken = new HashSet<>(RESERVED);
        Matcher field = FIELD.matcher(pattern).region(name.end(), pattern.length());
        field.useTransparentBounds(true);
        int end = name.end();
        while (end < pattern.length() && field.lookingAt() && taken.add(field.group(1))) {
            String quoted = field.group(2);
            parts.add(new Part(field.group(1), quoted == null ? field.group(3) : quoted));
            end = field.end();
            field.region(end, pattern.length());
        }
        return end == pattern.length() ? Optional.of(new EventPattern(name.group(1), parts)) : Optional.empty();
    }

    /** The fields with their values; empty where there are fewer values than places for them. */
    Optional<List<LogField>> fill(@Nullable Object[] values) {
        List<LogField> fields = new ArrayList<>();
        int used = 0;
        for (Part part : parts) {
            int holes = part.holes();
            if (used + holes > values.length) {
                return Optional.empty();
            }
            fields.add(new LogField(part.name(), value(part.text(), values, used)));
            used += holes;
        }
        return Optional.of(fields);
    }

    private static @Nullable Object value(String text, @Nullable Object[] values, int first) {
        if (text.equals(HOLE)) {
            return values[first];
        }
        if (text.equals("true") || text.equals("false")) {
            return Boolean.valueOf(text);
        }
        StringBuilder filled = new StringBuilder();
        int used = first;
        int from = 0;
        for (int at = text.indexOf(HOLE); at >= 0; at = text.indexOf(HOLE, from)) {
            filled.append(text, from, at).append(values[used++]);
            from = at + HOLE.length();
        }
        return filled.append(text, from, text.length()).toString();
    }
}
