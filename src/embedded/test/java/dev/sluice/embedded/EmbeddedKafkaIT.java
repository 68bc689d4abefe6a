package dev.sluice.embedded;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(90)
class EmbeddedKafkaIT {
    private static final String TOPIC = "events";

    @TempDir
    private Path folder;

    @Test
    void committedTransactionsAreReadAndAbortedOnesAreNot() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder, 0)) {
            kafka.createTopics(Map.of(TOPIC, 1), Map.of());
            try (Producer<String, String> producer = producer(kafka)) {
                producer.initTransactions();
                producer.beginTransaction();
                send(producer, "aborted");
                producer.abortTransaction();
                producer.beginTransaction();
                send(producer, "committed");
                producer.commitTransaction();
            }

            assertThat(read(kafka, 1)).containsExactly("committed");
        }
    }

    @Test
    void restartOnTheSameFolderKeepsRecordsAndOffsets() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder, 0)) {
            kafka.createTopics(Map.of(TOPIC, 1), Map.of());
            write(kafka, "first");
            assertThat(read(kafka, 1)).containsExactly("first");
            write(kafka, "second");
        }

        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder, 0)) {
            assertThat(read(kafka, 1)).containsExactly("second");
        }
    }

    @Test
    void creatingTopicsAgainLeavesThemAsTheyAre() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder, 0)) {
            kafka.createTopics(Map.of(TOPIC, 3), Map.of("cleanup.policy", "compact"));
            kafka.createTopics(Map.of(TOPIC, 3, "other", 1), Map.of());

            try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
                assertThat(admin.listTopics().names().get()).contains(TOPIC, "other");
                TopicDescription topic = requireNonNull(admin.describeTopics(List.of(TOPIC))
                                .topicNameValues()
                                .get(TOPIC))
                        .get();
                assertThat(topic.partitions()).hasSize(3);
            }
        }
    }

    @Test
    void aTakenPortIsRefusedInOneSentence() throws IOException {
        try (ServerSocket taken = new ServerSocket()) {
            taken.bind(Loopback.address(0));

            assertThatThrownBy(() -> EmbeddedKafka.start(folder, taken.getLocalPort()))
                    .isInstanceOf(StandaloneException.class)
                    .hasMessageContaining("port " + taken.getLocalPort());
        }
    }

    @Test
    void aFolderInUseIsRefusedInOneSentence() {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder, 0)) {
            assertThat(kafka.bootstrapServers()).startsWith("127.0.0.1:");
            assertThatThrownBy(() -> EmbeddedKafka.start(folder, 0))
                    .isInstanceOf(StandaloneException.class)
                    .hasMessageContaining("uses Kafka's folder");
        }
    }

    private static void write(EmbeddedKafka kafka, String value) throws Exception {
        try (Producer<String, String> producer = producer(kafka)) {
            producer.initTransactions();
            producer.beginTransaction();
            send(producer, value);
            producer.commitTransaction();
        }
    }

    private static void send(Producer<String, String> producer, String value) throws Exception {
        var sent = producer.send(new ProducerRecord<>(TOPIC, value));
        producer.flush();
        assertThat(sent.get().hasOffset()).isTrue();
    }

    private static Producer<String, String> producer(EmbeddedKafka kafka) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "transactional.id", "test"),
                new StringSerializer(),
                new StringSerializer());
    }

    /** Reads on from the group's offset until there are {@code count} values, and commits. */
    private static List<String> read(EmbeddedKafka kafka, int count) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", kafka.bootstrapServers(),
                "group.id", "test",
                "auto.offset.reset", "earliest",
                "isolation.level", "read_committed");
        try (Consumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(TOPIC));
            List<String> values = new ArrayList<>();
            while (values.size() < count) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> values.add(record.value()));
            }
            consumer.commitSync();
            return values;
        }
    }
}
