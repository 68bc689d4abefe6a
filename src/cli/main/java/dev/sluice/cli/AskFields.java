package dev.sluice.cli;

import dev.sluice.capacity.Ask;
import dev.sluice.request.Priority;
import dev.sluice.text.Nearest;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A request of a trace or a mix, read from names and texts, whichever form they came in. */
final class AskFields {
    /** Field names that every form has. */
    static final List<String> NAMES =
            List.of("model", "steps", "guided", "guidance", "images", "tenant", "priority", "deadlineSeconds");

    private static final String MODEL = "model";

    private final Map<String, String> texts;

    private AskFields(Map<String, String> texts) {
        this.texts = texts;
    }

    /**
     * Reads them; what is left out is one image of an interactive request.
     *
     * @throws IllegalArgumentException naming the field that is wrong, and how
     */
    static Ask read(Map<String, String> texts) {
        return new AskFields(texts).read();
    }

    /**
     * Refuses a name that is no field's.
     *
     * @throws IllegalArgumentException if there is none
     */
    static void requireKnown(String name, List<String> known) {
        if (!known.contains(name)) {
            throw new IllegalArgumentException(
                    name + ": no such field; there are " + String.join(", ", known) + Nearest.didYouMean(name, known));
        }
    }

    private Ask read() {
        int steps = whole("steps").orElseThrow(() -> new IllegalArgumentException("steps: must be given"));
        Optional<Integer> guided = whole("guided");
        Ask.Method method = text("guidance")
                .map(AskFields::method)
                .orElse(guided.orElse(0) > 0 ? Ask.Method.CLASSIFIER_FREE : Ask.Method.NONE);
        return new Ask(
                text(MODEL).orElse(MODEL),
                steps,
                guided.orElse(method == Ask.Method.NONE ? 0 : steps),
                method,
                whole("images").orElse(1),
                text("tenant").orElse("tenant"),
                text("priority").map(AskFields::priority).orElse(Priority.INTERACTIVE),
                text("deadlineSeconds").map(seconds -> Duration.ofNanos(nanos("deadlineSeconds", seconds))));
    }

    private static Ask.Method method(String text) {
        return choice("guidance", text, Ask.Method.values(), Ask.Method::label);
    }

    private static Priority priority(String text) {
        return choice(
                "priority", text, Priority.values(), priority -> priority.name().toLowerCase(Locale.ROOT));
    }

    private static <T> T choice(String name, String text, T[] values, Function<T, String> label) {
        String wanted = text.toLowerCase(Locale.ROOT).replace('_', '-');
        List<String> labels = Arrays.stream(values).map(label).toList();
        if (!labels.contains(wanted)) {
            throw new IllegalArgumentException(name + ": " + text + " is none of " + String.join(", ", labels)
                    + Nearest.didYouMean(wanted, labels));
        }
        return values[labels.indexOf(wanted)];
    }

    private Optional<Integer> whole(String name) {
        return text(name).map(text -> {
            try {
                return Integer.valueOf(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(name + ": must be a whole number, not " + text, e);
            }
        });
    }

    /** Seconds as nanoseconds. */
    static long nanos(String name, String text) {
        try {
            BigDecimal nanos = new BigDecimal(text).movePointRight(9);
            if (nanos.signum() >= 0 && nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0) {
                return nanos.longValue();
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new IllegalArgumentException(name + ": must be seconds, not " + text);
    }

    private Optional<String> text(String name) {
        return Optional.ofNullable(texts.get(name)).filter(text -> !text.isBlank());
    }
}
