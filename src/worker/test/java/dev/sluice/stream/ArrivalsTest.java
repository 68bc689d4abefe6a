package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordDeserializationException;
import org.apache.kafka.common.errors.RecordDeserializationException.DeserializationExceptionOrigin;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
    private static final int KEY = 10;
    private static final int VALUE = 100;
    private static final int GIANT = 1000;
    private static final TopicPartition PARTITION = new TopicPartition("requests", 0);

    private final Arrivals arrivals = new Arrivals(new ArrivalLimits(KEY, VALUE, GIANT));

    @Test
    void keepsWhatIsShortEnough() {
        Headers headers = new RecordHeaders().add("mine", new byte[] {7});

        byte[] value = arrivals.values().deserialize("requests", headers, ByteBuffer.allocate(VALUE));

        assertThat(value).hasSize(VALUE);
        assertThat(headers.toArray()).hasSize(1);
    }

    @Test
    void cutsAValueAndSaysWhatItWas() {
        Headers headers = new RecordHeaders();
        ByteBuffer whole = ByteBuffer.allocate(VALUE + 1);

        byte[] value = arrivals.values().deserialize("requests", headers, whole);

        assertThat(value).hasSize(VALUE);
        assertThat(Cut.in(headers, Cut.Value.class)).contains(new Cut.Value(VALUE + 1, Cut.sha256(whole)));
        assertThat(whole.remaining())
                .as("what the consumer takes for the length")
                .isEqualTo(VALUE + 1);
    }

    @Test
    void takesNoHeaderOfAPublisherForItsOwn() {
        Headers headers = new RecordHeaders().add(new Cut.Value(1, "").key(), new Cut.Value(1, "").value());

        assertThat(Cut.in(headers, Cut.Value.class)).isEmpty();
    }

    @Test
    void putsOffASecondRecordWithLargeHeadersToTheNextPoll() {
        Headers first = large();
        arrivals.keys().deserialize("requests", first, ByteBuffer.allocate(1));
        arrivals.values().deserialize("requests", first, ByteBuffer.allocate(1));

        assertThatThrownBy(() -> arrivals.keys().deserialize("requests", large(), ByteBuffer.allocate(1)))
                .isInstanceOf(SerializationException.class);

        arrivals.pollEnded();
        assertThat(arrivals.keys().deserialize("requests", large(), ByteBuffer.allocate(1)))
                .isNotNull();
    }

    @Test
    void leavesOutHeadersThatDoNotFit() {
        ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>("requests", 0, 0, null, null);
        record.headers().add("small", new byte[] {7});
        large().forEach(record.headers()::add);

        Headers kept = arrivals.withFittingHeaders(record).headers();

        assertThat(kept.lastHeader("small")).isNotNull();
        assertThat(kept.lastHeader("large")).isNull();
        assertThat(Cut.in(kept, Cut.HeadersDropped.class)).contains(new Cut.HeadersDropped(1));
    }

    @Test
    void readsARecordThatWasInflatedIntoALargeArrayByItself() {
        ByteBuffer alone = ByteBuffer.allocate(GIANT).limit(1);

        assertThatThrownBy(() -> arrivals.values().deserialize("requests", new RecordHeaders(), alone))
                .isInstanceOf(Arrivals.GiantException.class);
    }

    @Test
    void readsASmallRecordOfALargeFetchWithOthers() {
        ByteBuffer amongOthers = ByteBuffer.allocate(GIANT)
                .position(GIANT / 2)
                .limit(GIANT / 2 + 1)
                .slice();

        assertThat(arrivals.values().deserialize("requests", new RecordHeaders(), amongOthers))
                .hasSize(1);
    }

    @Test
    void returnsAGiantByItselfAndGoesOnBehindIt() {
        MockConsumer<byte[], byte[]> plain = new MockConsumer<>("earliest");
        plain.assign(List.of(PARTITION));
        plain.seek(PARTITION, 7);
        Consumer<byte[], byte[]> bounded = OneGiantAtATime.around(plain, arrivals);
        ByteBuffer value = ByteBuffer.allocate(GIANT);
        plain.setPollException(failure(value, new Arrivals.GiantException("on purpose")));

        ConsumerRecords<byte[], byte[]> records = bounded.poll(Duration.ZERO);

        ConsumerRecord<byte[], byte[]> record = records.iterator().next();
        assertThat(records.count()).isEqualTo(1);
        assertThat(record.offset()).isEqualTo(7);
        assertThat(record.timestamp()).isEqualTo(5);
        assertThat(record.value()).hasSize(VALUE);
        assertThat(Cut.in(record.headers(), Cut.Value.class)).contains(new Cut.Value(GIANT, Cut.sha256(value)));
        assertThat(bounded.position(PARTITION)).isEqualTo(8);
        assertThat(Objects.requireNonNull(records.nextOffsets().get(PARTITION)).offset())
                .isEqualTo(8);
    }

    @Test
    void leavesOtherFailuresAsTheyAre() {
        MockConsumer<byte[], byte[]> plain = new MockConsumer<>("earliest");
        plain.assign(List.of(PARTITION));
        plain.seek(PARTITION, 7);
        Consumer<byte[], byte[]> bounded = OneGiantAtATime.around(plain, arrivals);
        RecordDeserializationException failure = failure(ByteBuffer.allocate(1), new IllegalStateException());
        plain.setPollException(failure);

        assertThatThrownBy(() -> bounded.poll(Duration.ZERO)).isSameAs(failure);
        assertThat(bounded.position(PARTITION)).isEqualTo(7);
    }

    private static RecordDeserializationException failure(ByteBuffer value, RuntimeException cause) {
        return new RecordDeserializationException(
                DeserializationExceptionOrigin.VALUE,
                PARTITION,
                7,
                5,
                TimestampType.CREATE_TIME,
                null,
                value,
                new RecordHeaders(),
                "on purpose",
                cause);
    }

    private static Headers large() {
        return new RecordHeaders().add("large", new byte[HeaderBudget.MAX_BYTES]);
    }
}
