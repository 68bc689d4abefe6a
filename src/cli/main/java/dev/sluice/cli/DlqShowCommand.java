package dev.sluice.cli;

import dev.sluice.deadletter.DeadLetterTopic;
import dev.sluice.deadletter.LetterId;
import dev.sluice.events.v1.GenerationCancelled;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.request.Printable;
import dev.sluice.wire.AvroConfig;
import dev.sluice.wire.AvroDeserializer;
import dev.sluice.wire.DeadLetterHeaders;
import dev.sluice.wire.RegistryUnavailableException;
import dev.sluice.wire.UndecodableException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice dlq show}: one letter with its headers, and what is in it as far as that can be read. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = {
            "Shows a dead letter: headers, key and value. The value is shown as a request or a cancellation if it"
                    + " can be read, else by its first bytes.",
            "",
            "If the value can be read, its prompt is shown."
        })
final class DlqShowCommand implements Callable<Integer> {
    private static final int MOST_BYTES = 256;
    private static final long REGISTRY_PATIENCE_MS = 5_000;
    /** A worker has waited for the schema before the letter was written. */
    private static final long ANSWER_PATIENCE_MS = 1_000;

    @Mixin
    private DlqOptions options = new DlqOptions();

    @Parameters(
            paramLabel = "PARTITION-OFFSET",
            converter = DlqOptions.ById.class,
            description = "The letter, as dlq list names it.")
    private LetterId id = new LetterId(0, 0);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        try (DeadLetterTopic topic = options.topic()) {
            return show(topic);
        }
    }

    private int show(DeadLetterTopic topic) {
        ConsumerRecord<byte[], byte[]> record = options.read(() -> topic.record(id))
                .orElseThrow(() -> new Main.Failure("there is no letter " + id + " in " + options.topicName()));
        PrintWriter out = spec.commandLine().getOut();
        out.println("letter   " + id + ", written " + Instant.ofEpochMilli(record.timestamp()));
        out.println("key      " + text(record.key()));
        for (Header header : record.headers()) {
            boolean trace = header.key().equals(DeadLetterHeaders.STACKTRACE);
            out.println("header   " + Printable.line(header.key()) + " = "
                    + (trace ? firstLine(header.value()) : text(header.value())));
        }
        out.println("value    " + value(record.topic(), record.value()));
        out.flush();
        return 0;
    }

    private String value(String topic, byte @Nullable [] value) {
        if (value == null) {
            return "none";
        }
        Map<String, Object> properties = new HashMap<>(options.properties());
        properties.put(AvroConfig.MAX_MESSAGE_BYTES, Integer.MAX_VALUE);
        properties.put(AvroConfig.RETRY_BUDGET_MS, REGISTRY_PATIENCE_MS);
        properties.put(AvroConfig.ANSWER_PATIENCE_MS, ANSWER_PATIENCE_MS);
        String size = value.length + " bytes, ";
        try {
            return size + decoded(GenerationRequested.class, properties, topic, value);
        } catch (UndecodableException e) {
            try {
                return size + decoded(GenerationCancelled.class, properties, topic, value);
            } catch (UndecodableException other) {
                return size + "no request: " + Printable.line(String.valueOf(e.getMessage())) + bytes(value);
            }
        } catch (RegistryUnavailableException e) {
            return size + "the registry can't be asked: " + Printable.line(String.valueOf(e.getMessage()))
                    + bytes(value);
        }
    }

    private static <T extends SpecificRecord> String decoded(
            Class<T> type, Map<String, Object> properties, String topic, byte[] value) {
        try (AvroDeserializer<T> deserializer = new AvroDeserializer<>(type)) {
            deserializer.configure(properties, false);
            return type.getSimpleName() + " " + Printable.line(String.valueOf(deserializer.deserialize(topic, value)));
        }
    }

    private static String bytes(byte[] value) {
        boolean all = value.length <= MOST_BYTES;
        return System.lineSeparator()
                + (all ? "bytes    " : "first    ")
                + HexFormat.ofDelimiter(" ").formatHex(all ? value : Arrays.copyOf(value, MOST_BYTES));
    }

    private static String firstLine(byte @Nullable [] value) {
        return text(value).split("\\\\n", 2)[0] + " …";
    }

    private static String text(byte @Nullable [] value) {
        return value == null ? "none" : Printable.line(new String(value, StandardCharsets.UTF_8));
    }
}
