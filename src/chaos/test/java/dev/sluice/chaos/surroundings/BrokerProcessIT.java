package dev.sluice.chaos.surroundings;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.Waits;
import dev.sluice.wire.TopicReader;
import dev.sluice.wire.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class BrokerProcessIT {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final String TOPIC = Topics.DEFAULT.requests();

    @TempDir
    private Path folder;

    @Test
    void comesUpAgainOnItsFolderAfterAKillAndAfterAStop() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(folder)) {
            broker.createTopics(Topics.DEFAULT, 2);
            try (KafkaProducer<String, String> producer = producer(broker)) {
                acknowledged(producer.send(record("before")));

                broker.kill();
                assertThat(broker.isAlive()).isFalse();
                Future<RecordMetadata> whileDown = producer.send(record("while down"));
                broker.start();
                acknowledged(whileDown);

                broker.stop();
                broker.start();
                acknowledged(producer.send(record("after")));
            }

            assertThat(read(broker)).containsExactlyInAnyOrder("before", "while down", "after");
        }
    }

    @Test
    void everyClientGoesThroughTheProxy() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(folder)) {
            broker.createTopics(Topics.DEFAULT, 1);
            try (KafkaProducer<String, String> producer = producer(broker)) {
                acknowledged(producer.send(record("open")));

                broker.proxy().cut();
                long there = broker.proxy().counters().bytesToTarget();
                Future<RecordMetadata> cutOff = producer.send(record("cut off"));
                Waits.atMost(PATIENCE).until(() -> broker.proxy().counters().refused() > 0);
                assertThat(cutOff.isDone()).isFalse();
                assertThat(broker.proxy().counters().bytesToTarget()).isEqualTo(there);

                broker.proxy().heal();
                acknowledged(cutOff);
            }
        }
    }

    @Test
    void takesARequestOfTenMegabytes() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(folder)) {
            broker.createTopics(Topics.DEFAULT, 1);
            try (KafkaProducer<String, String> producer = producer(broker)) {
                acknowledged(producer.send(record("x".repeat(10 << 20))));
            }

            assertThat(read(broker))
                    .singleElement()
                    .satisfies(value -> assertThat(value).hasSize(10 << 20));
        }
    }

    private static void acknowledged(Future<RecordMetadata> sent) throws ExecutionException, InterruptedException {
        assertThat(sent.get().hasOffset()).isTrue();
    }

    private static ProducerRecord<String, String> record(String value) {
        return new ProducerRecord<>(TOPIC, "key", value);
    }

    private static KafkaProducer<String, String> producer(BrokerProcess broker) {
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        broker.bootstrapServers(),
                        "max.request.size",
                        12 << 20,
                        // Otherwise a producer forgets its topics when the only broker is away, and blocks in send.
                        "metadata.recovery.strategy",
                        "none",
                        "retry.backoff.max.ms",
                        200,
                        "reconnect.backoff.max.ms",
                        200),
                new StringSerializer(),
                new StringSerializer());
    }

    private static List<String> read(BrokerProcess broker) {
        List<String> values = new ArrayList<>();
        try (TopicReader topic = TopicReader.open(Map.of("bootstrap.servers", broker.bootstrapServers()), TOPIC)) {
            topic.seekToBeginning();
            topic.readTo(topic.ends(), record -> values.add(new String(record.value(), UTF_8)));
        }
        return values;
    }
}
