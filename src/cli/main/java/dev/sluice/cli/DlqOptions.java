package dev.sluice.cli;

import dev.sluice.deadletter.DeadLetterTopic;
import dev.sluice.deadletter.LetterId;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Where the dead letters are. */
final class DlqOptions {
    @Mixin
    private AddressOptions connection = new AddressOptions();

    @Option(
            names = "--topic",
            paramLabel = "NAME",
            description = "Topic of the dead letters. Default: generation.requests.dlq.")
    private @Nullable String topic;

    /** A letter by its place. */
    static final class ById implements ITypeConverter<LetterId> {
        @Override
        public LetterId convert(String value) {
            try {
                return LetterId.parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    String topicName() {
        return topic == null ? connection.addresses().topics().deadLetters() : topic;
    }

    Map<String, Object> properties() {
        return connection.reachable().clientProperties();
    }

    DeadLetterTopic topic() {
        return new DeadLetterTopic(properties(), topicName());
    }

    /** Reads from Kafka, or fails with one sentence that says why. */
    <T> T read(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (KafkaException e) {
            throw new Main.Failure("can't read " + topicName() + ": " + Main.said(e));
        }
    }
}
