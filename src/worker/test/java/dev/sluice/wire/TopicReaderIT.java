package dev.sluice.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.embedded.EmbeddedKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class TopicReaderIT {
    private static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");

    @TempDir
    private static Path folder;

    private static EmbeddedKafka kafka;
    private static Map<String, Object> properties = Map.of();

    private final List<String> read = new ArrayList<>();

    @BeforeAll
    static void start() {
        kafka = EmbeddedKafka.start(folder, 0);
        properties = Map.of("bootstrap.servers", kafka.bootstrapServers());
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    @Test
    void waitsForTransactionsThatAreOpenBeforeTheEnd() throws Exception {
        String topic = topic("open", 2);
        write(topic, 0, NOON, "committed");
        try (Producer<String, String> aborting = producer("aborting")) {
            aborting.beginTransaction();
            send(aborting, topic, 1, NOON, "aborted");
            aborting.abortTransaction();
        }
        try (Producer<String, String> open = producer("open");
                TopicReader reader = TopicReader.open(properties, topic);
                TopicReader hasty = TopicReader.open(properties, List.of(topic), Duration.ofMillis(500))) {
            open.beginTransaction();
            send(open, topic, 1, NOON, "late");
            Map<TopicPartition, Long> ends = reader.ends();
            assertThat(reader.decidedEnds().get(new TopicPartition(topic, 1)))
                    .isLessThan(ends.get(new TopicPartition(topic, 1)));
            hasty.seekToBeginning();
            assertThatThrownBy(() -> hasty.readTo(ends, record -> {}))
                    .isInstanceOf(KafkaException.class)
                    .hasMessageContaining("a transaction may be open");

            reader.seekToBeginning();
            AtomicBoolean undecided = new AtomicBoolean(true);
            reader.readTo(ends, this::take, () -> {
                if (read.contains("committed") && undecided.getAndSet(false)) {
                    open.commitTransaction();
                }
                return true;
            });
        }

        assertThat(read).containsExactlyInAnyOrder("committed", "late");
    }

    @Test
    void beginsAtTheFirstRecordThatIsAsYoungAsThat() throws Exception {
        String topic = topic("times", 2);
        writePlainly(topic, 0, NOON.minusSeconds(60), "old");
        writePlainly(topic, 0, NOON, "young");
        writePlainly(topic, 1, NOON.minusSeconds(60), "old too");
        try (TopicReader reader = TopicReader.open(properties, topic)) {
            reader.seekTo(NOON.minusSeconds(1));
            reader.readTo(reader.ends(), this::take);

            assertThat(read).containsExactly("young");
            assertThat(reader.offsetsSince(NOON.minusSeconds(1))).containsOnlyKeys(new TopicPartition(topic, 0));
        }
    }

    @Test
    void readsOnFromTheEndWithoutAGroup() throws Exception {
        String topic = topic("end", 1);
        write(topic, 0, NOON, "before");
        try (TopicReader reader = TopicReader.open(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "group.id", "somebody"),
                List.of(topic),
                List.of("not-there"))) {
            reader.seekToEnd();
            write(topic, 0, NOON, "after");
            while (read.isEmpty()) {
                reader.poll(Duration.ofMillis(100)).forEach(this::take);
            }

            assertThat(read).containsExactly("after");
        }
    }

    @Test
    void readsOneRecordThatWasCommitted() throws Exception {
        String topic = topic("one", 2);
        write(topic, 1, NOON, "first");
        write(topic, 1, NOON, "second");
        TopicPartition partition = new TopicPartition(topic, 1);
        try (TopicReader reader = TopicReader.open(properties, topic)) {
            assertThat(value(reader.record(partition, 2))).contains("second");
            assertThat(value(reader.record(partition, 0))).contains("first");
            // The mark of the first commit.
            assertThat(reader.record(partition, 1)).isEmpty();
            assertThat(reader.record(partition, 99)).isEmpty();
            assertThat(reader.record(new TopicPartition(topic, 7), 0)).isEmpty();
        }
    }

    @Test
    void tellsWhichPartitionsLackTheirFirstRecords() throws Exception {
        String topic = topic("short", 3);
        for (int partition = 0; partition < 3; partition++) {
            writePlainly(topic, partition, NOON, "deleted");
            writePlainly(topic, partition, NOON.plusSeconds(1), "left");
        }
        try (Admin admin = Admin.create(properties)) {
            admin.deleteRecords(Map.of(
                            new TopicPartition(topic, 1), RecordsToDelete.beforeOffset(1),
                            new TopicPartition(topic, 2), RecordsToDelete.beforeOffset(-1)))
                    .all()
                    .get();
        }
        try (TopicReader reader = TopicReader.open(properties, topic)) {
            assertThat(reader.shortened())
                    .containsExactly(
                            new TopicReader.Shortened(
                                    new TopicPartition(topic, 1), 1, Optional.of(NOON.plusSeconds(1))),
                            new TopicReader.Shortened(new TopicPartition(topic, 2), 2, Optional.empty()));
        }
    }

    @Test
    void refusesATopicThatIsNotThere() {
        assertThatThrownBy(() -> TopicReader.open(properties, "not-there"))
                .isInstanceOf(TopicReader.MissingTopicException.class)
                .hasMessage("there is no topic not-there");
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        read.add(new String(record.value(), UTF_8));
    }

    private static Optional<String> value(Optional<ConsumerRecord<byte[], byte[]>> record) {
        return record.map(found -> new String(found.value(), UTF_8));
    }

    private static String topic(String name, int partitions) {
        kafka.createTopics(Map.of(name, partitions), Map.of("retention.ms", "-1"));
        return name;
    }

    /** Outside transactions, whose marks have the time of day. */
    private static void writePlainly(String topic, int partition, Instant time, String value) throws Exception {
        try (Producer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new StringSerializer(),
                new StringSerializer())) {
            send(producer, topic, partition, time, value);
        }
    }

    /** One transaction: the record, and the mark of its commit. */
    private static void write(String topic, int partition, Instant time, String value) throws Exception {
        try (Producer<String, String> producer = producer("writer")) {
            producer.beginTransaction();
            send(producer, topic, partition, time, value);
            producer.commitTransaction();
        }
    }

    private static void send(Producer<String, String> producer, String topic, int partition, Instant time, String value)
            throws ExecutionException, InterruptedException {
        producer.send(new ProducerRecord<>(topic, partition, time.toEpochMilli(), "key", value))
                .get();
    }

    private static Producer<String, String> producer(String id) {
        Producer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "transactional.id", id, "linger.ms", 0),
                new StringSerializer(),
                new StringSerializer());
        producer.initTransactions();
        return producer;
    }
}
