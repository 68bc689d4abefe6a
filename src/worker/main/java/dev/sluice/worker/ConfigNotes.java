package dev.sluice.worker;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What of a configuration probably does nothing, a sentence each: it is near no key, so that it may be somebody else's. */
public final class ConfigNotes {
    private ConfigNotes() {}

    /**
     * Notes on the configuration. They leave out the values, which may be secrets.
     *
     * @param values of the configuration, by key
     */
    public static List<String> of(Map<String, String> values, Map<String, String> environment) {
        Stream<String> properties = values.keySet().stream()
                .filter(name -> name.startsWith(ConfigKey.KAFKA_PROPERTIES))
                .filter(name -> isIdle(name.substring(ConfigKey.KAFKA_PROPERTIES.length())))
                .sorted()
                .map(name -> name + ": Kafka's clients have no such property; it is passed on"
                        + KafkaNames.didYouMean(name.substring(ConfigKey.KAFKA_PROPERTIES.length())));
        Stream<String> variables = Variables.idle(environment).stream()
                .map(name -> name + ": no key has this variable; it is left alone" + Variables.didYouMean(name));
        return Stream.concat(properties, variables).toList();
    }

    private static boolean isIdle(String property) {
        return KafkaNames.isUnknown(property) && KafkaNames.meant(property).isEmpty();
    }
}
