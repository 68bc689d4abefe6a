package dev.sluice.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LetterTest {
    @Test
    void saysWhatIsWrongAndWhereItCameFrom() {
        Letter letter = letter(headers(
                "sluice.dead-letter.reason", "UNKNOWN_SCHEMA",
                "sluice.dead-letter.timestamp", "1000",
                "__streams.errors.topic", "requests",
                "__streams.errors.partition", "2",
                "__streams.errors.offset", "13"));

        assertThat(letter.id()).hasToString("3-17");
        assertThat(letter.reason()).isEqualTo("UNKNOWN_SCHEMA");
        assertThat(letter.publishedAt()).contains(Instant.ofEpochSecond(1));
        assertThat(letter.origin()).hasToString("Optional[requests-2@13]");
        assertThat(letter.key()).contains("key");
        assertThat(letter.valueBytes()).contains(3);
        assertThat(letter.unsendable()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "WRONG_MAGIC: 7 instead of 0, dev.sluice.wire.UndecodableException, WRONG_MAGIC",
        "the record has no value, dev.sluice.stream.DeadLetterException, DeadLetterException"
    })
    void findsTheReasonOfLettersThatNameNone(String message, String exception, String reason) {
        assertThat(letter(headers("__streams.errors.message", message, "__streams.errors.exception", exception))
                        .reason())
                .isEqualTo(reason);
    }

    @Test
    void saysTheReasonOnce() {
        assertThat(letter(headers(
                                "__streams.errors.message",
                                "WRONG_MAGIC: 7 instead of 0",
                                "sluice.dead-letter.reason",
                                "WRONG_MAGIC"))
                        .message())
                .isEqualTo("7 instead of 0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sluice.dead-letter.truncated",
                "sluice.dead-letter.key-truncated",
                "sluice.dead-letter.headers-dropped"
            })
    void cannotBeSentBackOnceItWasCut(String header) {
        assertThat(letter(headers(
                                "__streams.errors.topic",
                                "requests",
                                "__streams.errors.partition",
                                "2",
                                "__streams.errors.offset",
                                "13",
                                header,
                                "70"))
                        .unsendable())
                .hasValueSatisfying(why -> assertThat(why).contains("not whole", "70"));
    }

    @Test
    void cannotBeSentBackFromNowhere() {
        assertThat(letter(headers()).unsendable()).contains("its headers don't say where it came from");
        assertThat(letter(headers(
                                "__streams.errors.topic", "requests",
                                "__streams.errors.partition", "two",
                                "__streams.errors.offset", "13"))
                        .unsendable())
                .isPresent();
    }

    @Test
    void tellsAMarkerFromALetter() {
        assertThat(Letter.resent(headers("sluice.dead-letter.resent", "3-17"))).contains("3-17");
        assertThat(Letter.resent(headers())).isEmpty();
    }

    @Test
    void isFoundByItsOrigin() {
        Origin origin = new Origin("requests", 2, 13);

        assertThat(origin.isIn("requests")).isTrue();
        assertThat(origin.isIn("requests-2")).isTrue();
        assertThat(origin.isIn("requests-1")).isFalse();
        assertThat(origin.isIn("request")).isFalse();
    }

    @Test
    void isNamedByItsPlace() {
        assertThat(LetterId.parse("3-17")).isEqualTo(new LetterId(3, 17));
        assertThatThrownBy(() -> LetterId.parse("17")).hasMessageContaining("PARTITION-OFFSET");
    }

    private static Letter letter(Headers headers) {
        byte @Nullable [] key = "key".getBytes(StandardCharsets.UTF_8);
        byte @Nullable [] value = {1, 2, 3};
        return Letter.of(new ConsumerRecord<>(
                "dlq", 3, 17, 5000, TimestampType.CREATE_TIME, 3, 3, key, value, headers, Optional.empty()));
    }

    private static Headers headers(String... namesAndValues) {
        Headers headers = new RecordHeaders();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1].getBytes(StandardCharsets.UTF_8));
        }
        return headers;
    }
}
