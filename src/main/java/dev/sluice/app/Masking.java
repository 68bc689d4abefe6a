package dev.sluice.app;

import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** Makes values of the configuration fit to be shown. */
final class Masking {
    static final String MASK = "***";

    /** Of the Kafka clients' own properties, those that hold secrets: passwords, tokens, keys, login modules. */
    private static final Pattern SECRET_PROPERTY = Pattern.compile(
            "password|secret|jaas\\.config|token$|user\\.info|ssl\\.keystore\\.key|private", Pattern.CASE_INSENSITIVE);

    private static final Pattern CREDENTIALS = Pattern.compile("[^/@\\s,]+@");
    private static final Map<String, ConfigKey> KEYS =
            ConfigKey.ALL.stream().collect(Collectors.toUnmodifiableMap(ConfigKey::name, Function.identity()));

    /** With these before them, properties are for one kind of client. */
    private static final Pattern FOR_ONE_CLIENT =
            Pattern.compile("(main\\.|restore\\.|global\\.)?(consumer|producer|admin)\\.");

    private static final Set<String> KAFKAS = Stream.of(
                    ProducerConfig.configNames(),
                    ConsumerConfig.configNames(),
                    AdminClientConfig.configNames(),
                    StreamsConfig.configDef().names())
            .flatMap(Set::stream)
            .collect(Collectors.toUnmodifiableSet());

    private Masking() {}

    private static boolean isKafkas(String property) {
        Matcher prefix = FOR_ONE_CLIENT.matcher(property);
        return KAFKAS.contains(property)
                || property.startsWith("topic.")
                || (prefix.lookingAt() && KAFKAS.contains(property.substring(prefix.end())));
    }

    /**
     * The value, or as much of it as anybody may see. What stands under an unknown key, or under a property that is not Kafka's, may
     * be a secret misspelt.
     */
    static String masked(String name, String value) {
        if (value.isEmpty()) {
            return value;
        }
        ConfigKey key = KEYS.get(name);
        boolean shown = key == null
                ? name.startsWith(ConfigKey.KAFKA_PROPERTIES)
                        && !SECRET_PROPERTY.matcher(name).find()
                        && isKafkas(name.substring(ConfigKey.KAFKA_PROPERTIES.length()))
                : !key.secret();
        return shown ? CREDENTIALS.matcher(value).replaceAll(MASK + "@") : MASK;
    }
}
