package dev.sluice.stream;

import java.util.Map;
import java.util.Optional;
import org.apache.kafka.streams.StreamsConfig;

/** Which protocol the group of workers may speak. */
public final class GroupProtocol {
    private static final String CLASSIC = "classic";

    private GroupProtocol() {}

    /**
     * What is wrong with it in these properties, as the end of a sentence that begins with its name; empty where nothing is.
     *
     * @param properties of Kafka Streams
     */
    public static Optional<String> problem(Map<String, ?> properties) {
        Object protocol = properties.get(StreamsConfig.GROUP_PROTOCOL_CONFIG);
        return protocol == null || CLASSIC.equalsIgnoreCase(protocol.toString())
                ? Optional.empty()
                : Optional.of("must be classic, not " + protocol
                        + ": the gate needs a consumer that the streams protocol never asks for");
    }
}
