package dev.sluice.worker;

import dev.sluice.text.Nearest;
import dev.sluice.wire.AvroConfig;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** Names of properties that Kafka's clients, Kafka Streams and the registry's client know. */
public final class KafkaNames {
    /** Prefixes that make a property apply to one kind of client. */
    private static final Pattern FOR_ONE_CLIENT =
            Pattern.compile("(main\\.|restore\\.|global\\.)?(consumer|producer|admin)\\.");

    private static final String TOPIC = "topic.";

    private static final Set<String> KAFKAS = Stream.of(
                    ProducerConfig.configNames(),
                    ConsumerConfig.configNames(),
                    AdminClientConfig.configNames(),
                    StreamsConfig.configDef().names())
            .flatMap(Set::stream)
            .collect(Collectors.toUnmodifiableSet());

    private static final Set<String> ALL =
            Stream.of(KAFKAS, AvroConfig.NAMES).flatMap(Set::stream).collect(Collectors.toUnmodifiableSet());

    private KafkaNames() {}

    /** Whether Kafka's own clients, or Streams, know it. */
    static boolean isKafkas(String property) {
        Matcher prefix = FOR_ONE_CLIENT.matcher(property);
        return KAFKAS.contains(property)
                || property.startsWith(TOPIC)
                || (prefix.lookingAt() && KAFKAS.contains(property.substring(prefix.end())));
    }

    /** Whether nobody here knows it: it is misspelt, or for a class that somebody put beside them. */
    static boolean isUnknown(String property) {
        return !isKafkas(property) && !ALL.contains(property);
    }

    /** The property of which an {@link #isUnknown unknown} one is a slip of the keys. */
    public static Optional<String> meant(String property) {
        Matcher prefix = FOR_ONE_CLIENT.matcher(property);
        return !isUnknown(property)
                ? Optional.empty()
                : prefix.lookingAt()
                        ? Nearest.slipOf(property.substring(prefix.end()), KAFKAS)
                                .map(name -> prefix.group() + name)
                        : Nearest.slipOf(property, ALL);
    }

    /** What somebody may have meant by any other unknown one, as the end of a sentence. */
    static String didYouMean(String property) {
        return Nearest.didYouMean(property, ALL);
    }
}
