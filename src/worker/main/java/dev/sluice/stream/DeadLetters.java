package dev.sluice.stream;

import dev.sluice.request.Printable;
import dev.sluice.wire.DeadLetterHeaders;
import dev.sluice.wire.RegistryAnswer;
import dev.sluice.wire.UnansweredSchemaException;
import dev.sluice.wire.UndecodableException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds dead letters that Kafka takes whatever came: the record as it was, with {@link DeadLetterHeaders}, and each part cut
 * to a length. What was cut says so in its headers. A letter's timestamp is the worker's, so that its topic keeps it for as
 * long as any other; the record's own, which may be old or no time at all, is a header.
 */
final class DeadLetters {
    /** Longest value in bytes; a key of the configuration that Streams hands to its handlers. */
    static final String MAX_BYTES = "sluice.dead-letter.max.bytes";

    /** The worker's clock, which may be left out; a key as well. */
    static final String CLOCK = "sluice.dead-letter.clock";

    /** What is kept of a key. */
    static final int MAX_KEY_BYTES = 16 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);
    private static final String UNDECODABLE = "UNDECODABLE";
    private static final int MAX_MESSAGE_LENGTH = 1000;
    private static final int MAX_STACKTRACE_LENGTH = 8000;

    private final String topic;
    private final int maxBytes;
    private final DeadLetterCounts counts;
    private final Clock clock;

    /**
     * Reads the topic and the cap.
     *
     * @throws ConfigException where either is missing
     */
    static DeadLetters of(Map<String, ?> configs) {
        return new DeadLetters(
                required(configs, StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG),
                Integer.parseInt(required(configs, MAX_BYTES)),
                DeadLetterCounts.in(configs),
                configs.get(CLOCK) instanceof Clock clock ? clock : Clock.systemUTC());
    }

    private DeadLetters(String topic, int maxBytes, DeadLetterCounts counts, Clock clock) {
        this.topic = topic;
        this.maxBytes = maxBytes;
        this.counts = counts;
        this.clock = clock;
    }

    ProducerRecord<byte[], byte[]> letter(
            ErrorHandlerContext context, byte @Nullable [] key, byte @Nullable [] value, Exception reason) {
        Optional<Cut.Key> keyCut = Cut.in(context.headers(), Cut.Key.class);
        Optional<Cut.Value> valueCut = Cut.in(context.headers(), Cut.Value.class);
        LOG.warn(
                "dead_letter topic={} partition={} offset={} key_bytes={} value_bytes={} reason=\"{}\"",
                context.topic(),
                context.partition(),
                context.offset(),
                length(key, keyCut),
                length(value, valueCut),
                Printable.line(message(reason)));
        counts.count(reason);
        ProducerRecord<byte[], byte[]> letter =
                new ProducerRecord<>(topic, null, clock.millis(), cut(key, MAX_KEY_BYTES), cut(value, maxBytes));
        Headers headers = letter.headers();
        copy(context.headers(), headers);
        noteCut(headers, DeadLetterHeaders.KEY_TRUNCATED, DeadLetterHeaders.KEY_SHA256, key, MAX_KEY_BYTES, keyCut);
        noteCut(headers, DeadLetterHeaders.TRUNCATED, DeadLetterHeaders.SHA256, value, maxBytes, valueCut);
        put(headers, DeadLetterHeaders.REASON, reasonOf(reason));
        long timestamp = RoutingMark.publishedAt(context.headers()).orElse(context.timestamp());
        if (timestamp >= 0) {
            put(headers, DeadLetterHeaders.TIMESTAMP, String.valueOf(timestamp));
        }
        if (reason instanceof UnansweredSchemaException unanswered) {
            unanswered.answer().ifPresent(answer -> noteAnswer(headers, answer));
        }
        put(headers, DeadLetterHeaders.EXCEPTION, reason.getClass().getName());
        put(headers, DeadLetterHeaders.MESSAGE, message(reason));
        put(headers, DeadLetterHeaders.STACKTRACE, stacktrace(reason));
        put(headers, DeadLetterHeaders.TOPIC, context.topic());
        put(headers, DeadLetterHeaders.PARTITION, String.valueOf(context.partition()));
        put(headers, DeadLetterHeaders.OFFSET, String.valueOf(context.offset()));
        return letter;
    }

    /** The record's own headers as far as they fit, but for those that would pass for ours. */
    private static void copy(Headers from, Headers to) {
        HeaderBudget budget = new HeaderBudget();
        int droppedOnArrival = 0;
        for (Header header : from) {
            if (header instanceof Cut) {
                droppedOnArrival += header instanceof Cut.HeadersDropped(int count) ? count : 0;
            } else if (!header.key().startsWith(DeadLetterHeaders.ERRORS)
                    && !header.key().startsWith(DeadLetterHeaders.OURS)
                    && budget.admits(header)) {
                to.add(header);
            }
        }
        int dropped = budget.dropped() + droppedOnArrival;
        if (dropped > 0) {
            put(to, DeadLetterHeaders.HEADERS_DROPPED, String.valueOf(dropped));
        }
    }

    private static int length(byte @Nullable [] bytes, Optional<? extends Cut.Bytes> cut) {
        return cut.map(Cut.Bytes::length).orElse(bytes == null ? 0 : bytes.length);
    }

    private static void noteCut(
            Headers headers,
            String length,
            String digest,
            byte @Nullable [] bytes,
            int most,
            Optional<? extends Cut.Bytes> cut) {
        if (bytes != null && length(bytes, cut) > most) {
            put(headers, length, String.valueOf(length(bytes, cut)));
            put(headers, digest, cut.map(Cut.Bytes::sha256).orElseGet(() -> Cut.sha256(ByteBuffer.wrap(bytes))));
        }
    }

    private static void noteAnswer(Headers headers, RegistryAnswer answer) {
        put(headers, DeadLetterHeaders.REGISTRY_STATUS, String.valueOf(answer.status()));
        put(headers, DeadLetterHeaders.REGISTRY_ERROR_CODE, String.valueOf(answer.errorCode()));
        put(headers, DeadLetterHeaders.REGISTRY_MESSAGE, answer.message());
    }

    private static byte @Nullable [] cut(byte @Nullable [] bytes, int most) {
        return bytes == null || bytes.length <= most ? bytes : Arrays.copyOf(bytes, most);
    }

    private static void put(Headers headers, String key, String value) {
        headers.add(key, value.getBytes(StandardCharsets.UTF_8));
    }

    private static String reasonOf(Exception reason) {
        return switch (reason) {
            case UndecodableException undecodable -> undecodable.reason().name();
            case DeadLetterException unanswerable -> unanswerable.reason().name();
            default -> UNDECODABLE;
        };
    }

    private static String message(Exception reason) {
        return shortened(String.valueOf(reason.getMessage()), MAX_MESSAGE_LENGTH);
    }

    private static String stacktrace(Exception reason) {
        StringWriter text = new StringWriter();
        reason.printStackTrace(new PrintWriter(text, true));
        return shortened(text.toString(), MAX_STACKTRACE_LENGTH);
    }

    private static String shortened(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most);
    }

    private static String required(Map<String, ?> configs, String key) {
        Object value = configs.get(key);
        if (value == null) {
            throw new ConfigException(key, null, "must be set");
        }
        return value.toString();
    }
}
