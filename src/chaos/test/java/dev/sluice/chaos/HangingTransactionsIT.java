package dev.sluice.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.Waits;
import dev.sluice.embedded.EmbeddedKafka;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.ResponseHeader;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class HangingTransactionsIT {
    private static final String TOPIC = "events";
    private static final int LOST = 0;
    private static final int KNOWN = 1;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final long longAgo = Instant.now().minus(Duration.ofHours(1)).toEpochMilli();

    @TempDir
    private Path folder;

    @Test
    void abortsWhatNoCoordinatorKnowsAndLeavesWhatOneDoes() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder, 0)) {
            kafka.createTopics(Map.of(TOPIC, 2), Map.of());
            trustProducers(kafka);
            Waits.atMost(PATIENCE).until(() -> lost(kafka.bootstrapServers()));
            try (KafkaProducer<String, String> producer = producer(kafka)) {
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(TOPIC, KNOWN, longAgo, "k", "known"))
                        .get();

                try (HangingTransactions operator = HangingTransactions.watch(kafka.bootstrapServers())) {
                    Waits.atMost(PATIENCE).until(() -> operator.aborted() > 0);
                    producer.commitTransaction();
                    appendAfterwards(producer);

                    assertThat(read(kafka, 2)).containsExactlyInAnyOrder("known", "afterwards");
                    assertThat(operator.aborted()).isEqualTo(1);
                }
            }
        }
    }

    /** A broker that asks the coordinator first would not take what is lost here on purpose; it heeds this in its own time. */
    private static void trustProducers(EmbeddedKafka kafka) throws InterruptedException, ExecutionException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.BROKER, ""),
                            List.of(new AlterConfigOp(
                                    new ConfigEntry("transaction.partition.verification.enable", "false"),
                                    AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
    }

    /** Behind the lost transaction, where nobody got past it. */
    private static void appendAfterwards(KafkaProducer<String, String> producer)
            throws InterruptedException, ExecutionException {
        producer.beginTransaction();
        producer.send(new ProducerRecord<>(TOPIC, LOST, "k", "afterwards")).get();
        producer.commitTransaction();
    }

    /**
     * Appends what is left where a coordinator forgets a transaction, one that here nobody ever began: no client would do
     * this, so it is written by hand.
     *
     * @return whether the broker took it
     */
    private boolean lost(String broker) {
        ProduceResponse answer;
        try {
            answer = appendToATransactionThatNobodyBegan(broker);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return answer.errorCounts().keySet().equals(Set.of(Errors.NONE));
    }

    private ProduceResponse appendToATransactionThatNobodyBegan(String broker) throws IOException {
        int port = Integer.parseInt(broker.substring(broker.indexOf(':') + 1));
        MemoryRecords records = MemoryRecords.withTransactionalRecords(
                Compression.NONE,
                4711,
                (short) 0,
                0,
                new SimpleRecord(longAgo, "k".getBytes(UTF_8), "lost".getBytes(UTF_8)));
        ProduceRequestData.TopicProduceData topic = new ProduceRequestData.TopicProduceData()
                .setName(TOPIC)
                .setPartitionData(List.of(new ProduceRequestData.PartitionProduceData()
                        .setIndex(LOST)
                        .setRecords(records)));
        ProduceRequestData data = new ProduceRequestData()
                .setTransactionalId("lost")
                .setAcks((short) -1)
                .setTimeoutMs((int) PATIENCE.toMillis());
        data.topicData().add(topic);
        short version = ProduceRequest.LAST_STABLE_VERSION_BEFORE_TRANSACTION_V2;
        RequestHeader header = new RequestHeader(ApiKeys.PRODUCE, version, "test", 1);
        ByteBuffer request = new ProduceRequest(data, version).serializeWithHeader(header);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            out.writeInt(request.remaining());
            out.write(request.array(), request.arrayOffset() + request.position(), request.remaining());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            ByteBuffer answer = ByteBuffer.wrap(in.readNBytes(in.readInt()));
            ResponseHeader.parse(answer, ApiKeys.PRODUCE.responseHeaderVersion(version));
            return ProduceResponse.parse(new ByteBufferAccessor(answer), version);
        }
    }

    private static KafkaProducer<String, String> producer(EmbeddedKafka kafka) {
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        kafka.bootstrapServers(),
                        "transactional.id",
                        "known",
                        "transaction.timeout.ms",
                        300_000),
                new StringSerializer(),
                new StringSerializer());
    }

    private static List<String> read(EmbeddedKafka kafka, int count) {
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        kafka.bootstrapServers(),
                        "isolation.level",
                        "read_committed",
                        "auto.offset.reset",
                        "earliest"),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.assign(List.of(new TopicPartition(TOPIC, LOST), new TopicPartition(TOPIC, KNOWN)));
            Waits.atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
                return values.size() >= count;
            });
        }
        return values;
    }
}
