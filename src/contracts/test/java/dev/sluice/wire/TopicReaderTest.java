package dev.sluice.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class TopicReaderTest {
    private static final TopicPartition FIRST = new TopicPartition("costs", 0);
    private static final TopicPartition SECOND = new TopicPartition("costs", 1);

    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
    private final List<String> read = new ArrayList<>();

    @Test
    void handsOverWhatLiesBelowTheEndsAndNoMore() {
        TopicReader reader = reader(Duration.ofMinutes(1));
        add(FIRST, 0, "a");
        add(FIRST, 1, "b");
        add(FIRST, 2, "later");
        add(SECOND, 0, "c");

        reader.readTo(Map.of(FIRST, 2L, SECOND, 1L), this::take);

        assertThat(read).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void readsNothingWhereNothingIsLeft() {
        TopicReader reader = reader(Duration.ZERO);

        assertThat(reader.readTo(Map.of(FIRST, 0L), this::take, () -> false)).isTrue();
        assertThat(reader.isAt(Map.of(FIRST, 0L))).isTrue();
    }

    @Test
    void stopsWhenItIsTold() {
        TopicReader reader = reader(Duration.ofMinutes(1));
        add(FIRST, 0, "a");
        AtomicInteger asked = new AtomicInteger();

        boolean whole = reader.readTo(Map.of(FIRST, 2L), this::take, () -> asked.incrementAndGet() < 3);

        assertThat(whole).isFalse();
        assertThat(read).containsExactly("a");
    }

    @Test
    void saysWhereItIsStuckAndWhatMayBeInTheWay() {
        TopicReader reader = reader(Duration.ofMillis(1));

        assertThatThrownBy(() -> reader.readTo(Map.of(SECOND, 1L), this::take))
                .isInstanceOf(KafkaException.class)
                .hasMessageStartingWith("costs can't be read to the end, as of {costs-1=1}")
                .hasMessageContaining("find-hanging");
    }

    @Test
    void readsKeysAsText() {
        assertThat(TopicReader.key(new ConsumerRecord<>("costs", 0, 0, "é".getBytes(UTF_8), new byte[0])))
                .isEqualTo("é");
        assertThat(TopicReader.key(new ConsumerRecord<byte[], byte[]>("costs", 0, 0, null, new byte[0])))
                .isNull();
    }

    private TopicReader reader(Duration patience) {
        TopicReader reader = new TopicReader(Map.of(), consumer, List.of(FIRST, SECOND), patience);
        consumer.updateBeginningOffsets(Map.of(FIRST, 0L, SECOND, 0L));
        reader.seekToBeginning();
        return reader;
    }

    private void add(TopicPartition partition, long offset, String value) {
        consumer.addRecord(new ConsumerRecord<>(
                partition.topic(), partition.partition(), offset, "key".getBytes(UTF_8), value.getBytes(UTF_8)));
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        read.add(new String(record.value(), UTF_8));
    }
}
