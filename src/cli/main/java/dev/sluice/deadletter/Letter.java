package dev.sluice.deadletter;

import dev.sluice.wire.DeadLetterHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A dead letter without its bytes.
 *
 * @param writtenAt when a worker set the record aside
 * @param reason what was wrong, a name for programs
 * @param message the same for people
 * @param origin where the record was read; empty where the headers don't say, so that no worker wrote the letter
 * @param publishedAt the record's own timestamp, where the headers have it
 * @param key as text; empty where there is none
 * @param valueBytes of the value as it lies here; empty where there is none
 * @param cut what of the record is not here, in words
 */
public record Letter(
        LetterId id,
        Instant writtenAt,
        String reason,
        String message,
        Optional<Origin> origin,
        Optional<Instant> publishedAt,
        Optional<String> key,
        Optional<Integer> valueBytes,
        List<String> cut) {
    /** Orders letters by the time they were written, then by partition and offset. */
    public static final Comparator<Letter> ORDER =
            Comparator.comparing(Letter::writtenAt).thenComparing(Letter::id);

    /** Letters of earlier releases have their reason at the beginning of the message, or in the exception's name. */
    private static final Pattern LEADING_REASON = Pattern.compile("([A-Z][A-Z_]+): .*", Pattern.DOTALL);

    private static final String UNKNOWN = "UNKNOWN";

    public Letter {
        cut = List.copyOf(cut);
    }

    /** The letter that a record is. A marker ({@link #resent}) is none. */
    public static Letter of(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
        Headers headers = record.headers();
        byte @Nullable [] key = record.key();
        byte @Nullable [] value = record.value();
        return new Letter(
                new LetterId(record.partition(), record.offset()),
                Instant.ofEpochMilli(record.timestamp()),
                reason(headers),
                message(headers),
                origin(headers),
                number(headers, DeadLetterHeaders.TIMESTAMP).map(Instant::ofEpochMilli),
                Optional.ofNullable(key).map(bytes -> new String(bytes, StandardCharsets.UTF_8)),
                Optional.ofNullable(value).map(bytes -> bytes.length),
                cut(headers));
    }

    /** The place of the letter that a marker names as sent back; empty where the record is a letter itself. */
    public static Optional<String> resent(Headers headers) {
        return text(headers, DeadLetterHeaders.RESENT);
    }

    /** Why this can't be sent back, in words; empty where it can. */
    public Optional<String> unsendable() {
        if (origin.isEmpty()) {
            return Optional.of("its headers don't say where it came from");
        }
        return cut.isEmpty() ? Optional.empty() : Optional.of("it is not whole: " + String.join(", ", cut));
    }

    private static String reason(Headers headers) {
        return text(headers, DeadLetterHeaders.REASON)
                .or(() -> text(headers, DeadLetterHeaders.MESSAGE)
                        .map(LEADING_REASON::matcher)
                        .filter(Matcher::matches)
                        .map(matcher -> matcher.group(1)))
                .or(() -> text(headers, DeadLetterHeaders.EXCEPTION)
                        .map(name -> name.substring(name.lastIndexOf('.') + 1)))
                .orElse(UNKNOWN);
    }

    /** The message without the reason it begins with, since the letter has the reason beside it. */
    private static String message(Headers headers) {
        String message = text(headers, DeadLetterHeaders.MESSAGE).orElse("");
        String repeated = reason(headers) + ": ";
        return message.startsWith(repeated) ? message.substring(repeated.length()) : message;
    }

    private static Optional<Origin> origin(Headers headers) {
        return text(headers, DeadLetterHeaders.TOPIC)
                .flatMap(topic -> number(headers, DeadLetterHeaders.PARTITION)
                        .flatMap(partition -> number(headers, DeadLetterHeaders.OFFSET)
                                .map(offset -> new Origin(topic, Math.toIntExact(partition), offset))));
    }

    private static List<String> cut(Headers headers) {
        List<String> cut = new ArrayList<>();
        text(headers, DeadLetterHeaders.TRUNCATED).ifPresent(bytes -> cut.add("the value had " + bytes + " bytes"));
        text(headers, DeadLetterHeaders.KEY_TRUNCATED).ifPresent(bytes -> cut.add("the key had " + bytes + " bytes"));
        text(headers, DeadLetterHeaders.HEADERS_DROPPED).ifPresent(count -> cut.add(count + " headers were left out"));
        return cut;
    }

    private static Optional<Long> number(Headers headers, String name) {
        return text(headers, name).filter(value -> value.matches("[0-9]{1,18}")).map(Long::valueOf);
    }

    private static Optional<String> text(Headers headers, String name) {
        return Optional.ofNullable(headers.lastHeader(name))
                .map(Header::value)
                .map(value -> new String(value, StandardCharsets.UTF_8));
    }
}
