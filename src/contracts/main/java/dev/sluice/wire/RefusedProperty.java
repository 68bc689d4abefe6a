package dev.sluice.wire;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigException;

/**
 * A property that a client of Kafka's, or of the registry's, can't be made with. Kafka says it in one sentence about a
 * "configuration".
 *
 * @param value as it was given; may be a secret
 * @param why what it must be; empty where the client does not say
 */
public record RefusedProperty(String name, String value, String why) {
    private static final String MUST_BE_GIVEN = "must be given";

    private static final Pattern WORDS =
            Pattern.compile("Invalid value (.*?) for configuration ([\\w.-]+)(?::\\s*(.*))?", Pattern.DOTALL);

    private static final Pattern MISSING =
            Pattern.compile("Missing required configuration \"([\\w.-]+)\".*", Pattern.DOTALL);

    /** Empty where the failure is not about one property. */
    public static Optional<RefusedProperty> of(ConfigException failure) {
        String message = String.valueOf(failure.getMessage());
        Matcher missing = MISSING.matcher(message);
        if (missing.matches()) {
            return Optional.of(new RefusedProperty(missing.group(1), "", MUST_BE_GIVEN));
        }
        Matcher words = WORDS.matcher(message);
        return words.matches()
                ? Optional.of(new RefusedProperty(
                        words.group(2), words.group(1), words.group(3) == null ? "" : words.group(3)))
                : Optional.empty();
    }

    /** What the value must be, for readers who must not see it. */
    public String requirement() {
        String reason = why.replaceFirst("^String must be", "must be")
                .replaceFirst("^Not a number of type (INT|LONG)$", "must be a whole number")
                .replaceFirst("^Not a number of type DOUBLE$", "must be a number")
                .replaceFirst("^Expected value to be either true or false$", "must be true or false");
        return reason.isBlank() ? "can't be used as it is" : reason;
    }

    /**
     * The sentence, with the property's value.
     *
     * @param shown the value, as far as anybody may see it
     */
    public String sentence(String shown) {
        return why.isBlank()
                ? "can't be \"" + shown + "\""
                : requirement() + (why.equals(MUST_BE_GIVEN) ? "" : ", not \"" + shown + "\"");
    }
}
