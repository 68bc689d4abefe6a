package dev.sluice.worker;

import dev.sluice.text.Nearest;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads typed values by key and notes every problem, so that all are told at once. */
final class ConfigReader {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,12})\\s*(ms|s|m|h|d)");

    private final Map<String, ConfigKey> keys =
            ConfigKey.ALL.stream().collect(Collectors.toMap(ConfigKey::name, Function.identity()));
    private final Map<String, String> values;
    private final Map<String, String> places;
    private final List<String> problems = new ArrayList<>();

    /**
     * Looks at the keys alone.
     *
     * @param places for some keys, where their value comes from
     */
    ConfigReader(Map<String, String> values, Map<String, String> places) {
        this.values = RenamedKeys.renamed(values);
        this.places = places;
        for (String name : this.values.keySet()) {
            Optional<ConfigKey> renamed = RenamedKeys.formerly(name);
            if (renamed.isPresent()) {
                problem(name, twice(name, renamed.get()));
            } else if (name.startsWith(ConfigKey.KAFKA_PROPERTIES)) {
                misspelt(name).ifPresent(meant -> problem(name, "no such property; did you mean " + meant + "?"));
            } else if (!keys.containsKey(name)) {
                problem(name, noSuchKey(name));
            }
        }
        for (ConfigKey key : ConfigKey.ALL) {
            if (key.fallback().isEmpty()
                    && this.values.getOrDefault(key.name(), "").isBlank()) {
                problems.add(key.name() + ": must be set (or " + key.variable() + ")");
            }
        }
    }

    private String twice(String former, ConfigKey key) {
        return "is the former name of " + key.name() + ", and both are set: to \"" + values.get(former) + "\" and to \""
                + values.get(key.name()) + "\". Leave " + former + " out";
    }

    /** One that is near none may be for a class that somebody put beside the clients. */
    private static Optional<String> misspelt(String name) {
        String property = name.substring(ConfigKey.KAFKA_PROPERTIES.length());
        return KafkaNames.meant(property).map(meant -> ConfigKey.KAFKA_PROPERTIES + meant);
    }

    private String noSuchKey(String name) {
        if (Variables.isVariable(name)) {
            return "no such key"
                    + Variables.meant(name)
                            .map(near -> "; did you mean " + near + "?")
                            .orElse("");
        }
        List<String> below = ConfigKey.ALL.stream()
                .map(ConfigKey::name)
                .filter(key -> key.startsWith(name + "."))
                .toList();
        return below.isEmpty()
                ? "no such key" + didYouMean(name)
                : "no such key, but there are keys below it: " + String.join(", ", below);
    }

    private String didYouMean(String name) {
        List<String> known = new ArrayList<>(keys.keySet());
        known.addAll(RenamedKeys.formerNames());
        return Nearest.to(name, known)
                .map(near -> "; did you mean " + RenamedKeys.present(near) + "?")
                .orElse("");
    }

    List<String> problems() {
        return List.copyOf(problems);
    }

    void problem(String name, String message) {
        String place = places.get(name);
        problems.add(name + ": " + message + (place == null ? "" : " (" + place + ")"));
    }

    String text(String name) {
        ConfigKey key = keys.get(name);
        if (key == null) {
            throw new IllegalArgumentException("no such key: " + name);
        }
        return values.getOrDefault(name, key.fallback().orElse("")).strip();
    }

    /** Whether a key has a value other than its default. */
    boolean isSet(String name) {
        return !text(name)
                .equals(Objects.requireNonNull(keys.get(name)).fallback().orElse(""));
    }

    /** Whether anybody said anything of a key, be it its default. */
    boolean isGiven(String name) {
        return !values.getOrDefault(name, "").isBlank();
    }

    Optional<String> optionalText(String name) {
        return Optional.of(text(name)).filter(text -> !text.isEmpty());
    }

    List<String> list(String name) {
        return Arrays.stream(text(name).split(","))
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .toList();
    }

    int integer(String name, int least, int most) {
        return parsed(name, "a whole number from " + least + " to " + most, least, text -> {
            int value = Integer.parseInt(text);
            if (value < least || value > most) {
                throw new IllegalArgumentException();
            }
            return value;
        });
    }

    boolean flag(String name) {
        return parsed(name, "true or false", false, text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException();
        });
    }

    Duration duration(String name) {
        return parsed(name, "a duration such as 500ms, 30s, 5m, 24h or 7d", Duration.ofSeconds(1), text -> {
            Matcher matcher = DURATION.matcher(text);
            if (!matcher.matches()) {
                throw new IllegalArgumentException();
            }
            long amount = Long.parseLong(matcher.group(1));
            Duration duration = switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                default -> Duration.ofDays(amount);
            };
            if (!duration.isPositive()) {
                throw new IllegalArgumentException();
            }
            return duration;
        });
    }

    Optional<Duration> optionalDuration(String name) {
        return optionalText(name).map(given -> duration(name));
    }

    BigDecimal decimal(String name) {
        return parsed(name, "a number that is not negative", BigDecimal.ZERO, text -> {
            BigDecimal value = new BigDecimal(text);
            if (value.signum() < 0) {
                throw new IllegalArgumentException();
            }
            return value;
        });
    }

    double share(String name) {
        return parsed(name, "a number from 0 to 1", 0.0, text -> {
            double value = Double.parseDouble(text);
            if (!(value >= 0 && value <= 1)) {
                throw new IllegalArgumentException();
            }
            return value;
        });
    }

    Currency currency(String name) {
        return parsed(name, "a currency code such as USD", Currency.getInstance("USD"), Currency::getInstance);
    }

    /** What keys begin with; may be empty. */
    String keyPrefix(String name) {
        return parsed(name, "without slashes at its ends", "", text -> {
            if (text.startsWith("/") || text.endsWith("/")) {
                throw new IllegalArgumentException();
            }
            return text;
        });
    }

    /** A text that may not be empty, though its key may be left out. */
    String name(String name, String what) {
        return parsed(name, what, "unset", text -> {
            if (text.isEmpty()) {
                throw new IllegalArgumentException();
            }
            return text;
        });
    }

    Optional<URI> optionalUri(String name) {
        return optionalText(name)
                .map(given -> parsed(name, "an http or https address", URI.create("http://x"), text -> {
                    URI uri = URI.create(text);
                    if (uri.getHost() == null || !List.of("http", "https").contains(uri.getScheme())) {
                        throw new IllegalArgumentException();
                    }
                    return uri;
                }));
    }

    <T extends Enum<T>> T choice(String name, Class<T> type, T instead) {
        String choices = Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(" or "));
        return parsed(name, choices, instead, text -> Enum.valueOf(type, text.toUpperCase(Locale.ROOT)));
    }

    Map<String, Object> kafkaProperties() {
        Map<String, Object> properties = new HashMap<>();
        values.forEach((name, value) -> {
            if (name.startsWith(ConfigKey.KAFKA_PROPERTIES)) {
                properties.put(name.substring(ConfigKey.KAFKA_PROPERTIES.length()), value);
            }
        });
        return properties;
    }

    /** Parses a value; one that doesn't parse is a problem, and stands in as {@code instead} until they are told. */
    <T> T parsed(String name, String expected, T instead, Function<String, T> parser) {
        String text = text(name);
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            problem(name, "must be " + expected + ", not \"" + Masking.masked(name, text) + "\"");
            return instead;
        }
    }
}
