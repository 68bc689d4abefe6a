package dev.sluice.worker;

import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Makes values of the configuration fit to be shown. */
public final class Masking {
    static final String MASK = "***";

    /** Properties of Kafka's clients that hold secrets: passwords, tokens, keys, login modules. */
    private static final Pattern SECRET_PROPERTY = Pattern.compile(
            "password|secret|jaas\\.config|token$|user\\.info|ssl\\.keystore\\.key|private", Pattern.CASE_INSENSITIVE);

    private static final Pattern CREDENTIALS = Pattern.compile("[^/@\\s,]+@");
    private static final Map<String, ConfigKey> KEYS =
            ConfigKey.ALL.stream().collect(Collectors.toUnmodifiableMap(ConfigKey::name, Function.identity()));

    private Masking() {}

    /**
     * The value, or as much of it as anybody may see. What stands under an unknown key, or under a property that is not Kafka's, may
     * be a secret misspelt.
     */
    public static String masked(String name, String value) {
        if (value.isEmpty()) {
            return value;
        }
        ConfigKey key = KEYS.get(name);
        boolean shown = key == null
                ? name.startsWith(ConfigKey.KAFKA_PROPERTIES)
                        && !SECRET_PROPERTY.matcher(name).find()
                        && KafkaNames.isKafkas(name.substring(ConfigKey.KAFKA_PROPERTIES.length()))
                : !key.secret();
        return shown ? CREDENTIALS.matcher(value).replaceAll(MASK + "@") : MASK;
    }
}
