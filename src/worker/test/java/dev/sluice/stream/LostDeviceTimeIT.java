package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.codec.EventEncoder;
import dev.sluice.codec.RequestDecoder;
import dev.sluice.embedded.EmbeddedKafka;
import dev.sluice.embedded.EmbeddedSchemaRegistry;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineEnvironment;
import dev.sluice.engine.EngineSettings;
import dev.sluice.engine.metering.DeviceMeter;
import dev.sluice.engine.metering.MeterFile;
import dev.sluice.events.v1.CostIncurred;
import dev.sluice.pricing.Price;
import dev.sluice.pricing.Tariff;
import dev.sluice.request.DeviceUsage;
import dev.sluice.request.Network;
import dev.sluice.request.PerNetwork;
import dev.sluice.wire.AvroDeserializer;
import dev.sluice.wire.AvroSerializer;
import dev.sluice.wire.RequestLimits;
import dev.sluice.wire.TopicReader;
import dev.sluice.wire.Topics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an ended process used and what the topic has for it, put together by hand. */
@Timeout(120)
class LostDeviceTimeIT {
    private static final String TOPIC = Topics.DEFAULT.costs();
    private static final String APPLICATION_ID = "sluice-lost-test";
    private static final Price PRICE = Price.free("device", Currency.getInstance("EUR"));

    @TempDir
    private Path folder;

    private final Instant startedAt = Instant.now().minusSeconds(60);
    private final List<Future<RecordMetadata>> sent = new ArrayList<>();
    private final EventEncoder dead = new EventEncoder("worker", startedAt, Tariff.of(PRICE));
    private final AvroSerializer<CostIncurred> serializer = new AvroSerializer<>();
    private final DeviceMeter meter = new DeviceMeter();
    private final OverheadQueue overhead = new OverheadQueue(meter, Duration.ofMinutes(1), startedAt);
    private EmbeddedKafka kafka;
    private EmbeddedSchemaRegistry registry;
    private Producer<String, byte[]> producer;
    private MeterFile own;
    private long sequence;

    @BeforeEach
    void start() {
        kafka = EmbeddedKafka.start(folder.resolve("kafka"), 0);
        registry = EmbeddedSchemaRegistry.start(folder.resolve("registry"), 0);
        serializer.configure(Map.of("schema.registry.url", registry.url().toString()), false);
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "transactional.id", "dead"),
                new StringSerializer(),
                new ByteArraySerializer());
        MeterFile meter = MeterFile.create(folder, APPLICATION_ID, dead.process(), startedAt);
        meter.spent(Network.DENOISER, 100);
        meter.spent(Network.GUIDE, 10);
        meter.close();
        own = MeterFile.create(folder, APPLICATION_ID, "worker/alive", Instant.now());
    }

    @AfterEach
    void stop() {
        own.close();
        producer.close();
        serializer.close();
        registry.close();
        kafka.close();
    }

    @Test
    void chargesWhatNoCommittedTransactionHasAndWaitsForTheOpenOnes() {
        createTopic(Map.of());
        producer.initTransactions();
        inTransaction(30, 4);
        producer.commitTransaction();
        inTransaction(50, 0);
        producer.abortTransaction();
        inTransaction(20, 0);
        producer.flush();

        try (LostDeviceTime lost = lostDeviceTime()) {
            lost.start();
            // No outcome can be waited for here: nothing is to happen.
            SimulatedWorker.await(afterASecond(), () -> "the clock stands still");
            assertThat(overhead.takeLost()).isEmpty();

            producer.commitTransaction();
            OverheadQueue.Lost charge = awaitLost();
            assertThat(charge.process()).isEqualTo(dead.process());
            assertThat(charge.usage()).isEqualTo(new DeviceUsage(nanos(50, 6), 0, 0));
            assertThat(charge.start()).isEqualTo(Instant.ofEpochMilli(startedAt.toEpochMilli()));
            assertThat(meterFile()).exists();

            charge.committed().run();
            assertThat(meterFile()).doesNotExist();
        }
    }

    @Test
    void seesAChargeWhoseTransactionIsCommittedWhileItIsTheOnlyOne() {
        createTopic(Map.of());
        producer.initTransactions();
        inTransaction(100, 10);
        producer.flush();

        try (LostDeviceTime lost = lostDeviceTime()) {
            lost.start();
            SimulatedWorker.await(afterASecond(), () -> "the clock stands still");
            producer.commitTransaction();
            SimulatedWorker.await(() -> !Files.exists(meterFile()), () -> "the file is still there");
            assertThat(overhead.takeLost()).isEmpty();
        }
    }

    @Test
    void deletesTheFileOfAProcessThatHadChargedAll() {
        createTopic(Map.of());
        producer.initTransactions();
        inTransaction(100, 10);
        send("not Avro".getBytes(StandardCharsets.UTF_8));
        producer.commitTransaction();

        try (LostDeviceTime lost = lostDeviceTime()) {
            lost.start();
            SimulatedWorker.await(() -> !Files.exists(meterFile()), () -> "the file is still there");
            assertThat(overhead.takeLost()).isEmpty();
        }
    }

    @Test
    void leavesTheFileToTheNextStartWhereChargesOfItsWorkerCannotBeRead() {
        createTopic(Map.of());
        producer.initTransactions();
        inTransaction(30, 0);
        byte[] unknown = serializer.serialize(
                TOPIC, dead.overhead(99, new DeviceUsage(nanos(50, 0), 0, 1), startedAt, startedAt));
        ByteBuffer.wrap(unknown).putInt(1, 4711);
        ProducerRecord<String, byte[]> own = new ProducerRecord<>(TOPIC, "worker", unknown);
        own.headers()
                .add("ce_type", "dev.sluice.cost.incurred.v1".getBytes(StandardCharsets.UTF_8))
                .add("ce_source", "worker".getBytes(StandardCharsets.UTF_8));
        sent.add(producer.send(own));
        producer.commitTransaction();
        try (LostDeviceTime lost = lostDeviceTime()) {
            lost.start();
            SimulatedWorker.await(() -> !lost.isLooking(), () -> "it still looks");
            assertThat(overhead.takeLost()).isEmpty();
            assertThat(meterFile()).exists();
        }
    }

    @Test
    void somebodyElsesRecordsDoNotKeepTheTimeFromBeingCharged() {
        createTopic(Map.of());
        producer.initTransactions();
        inTransaction(30, 0);
        send(new byte[] {0, 0, 0, 0x12, 0x67, 1});
        producer.commitTransaction();
        try (LostDeviceTime lost = lostDeviceTime()) {
            lost.start();
            assertThat(awaitLost().usage()).isEqualTo(new DeviceUsage(nanos(70, 10), 0, 0));
        }
    }

    @Test
    void chargesNothingWhereTheTopicMayHaveLostCharges() throws ExecutionException, InterruptedException {
        createTopic(Map.of("retention.ms", "1000"));
        producer.initTransactions();
        inTransaction(30, 0);
        producer.commitTransaction();
        deleteRecords();

        try (LostDeviceTime lost = lostDeviceTime()) {
            lost.start();
            SimulatedWorker.await(() -> !Files.exists(meterFile()), () -> "the file is still there");
            assertThat(overhead.takeLost()).isEmpty();
        }
    }

    @Test
    void leavesTheFileToTheNextStartWhereItIsStopped() {
        createTopic(Map.of());
        producer.initTransactions();
        inTransaction(20, 0);
        producer.flush();
        LostDeviceTime first = lostDeviceTime();
        first.start();
        first.close();
        producer.abortTransaction();

        try (LostDeviceTime second = lostDeviceTime()) {
            second.start();
            assertThat(awaitLost().usage()).isEqualTo(new DeviceUsage(nanos(100, 10), 0, 0));
        }
    }

    @Test
    void isChargedByAWorkerThatStopsWithoutTasks() throws InterruptedException {
        createTopic(Map.of());
        EventEncoder encoder = new EventEncoder("worker", Instant.now(), Tariff.of(PRICE));
        ManualTime time = new ManualTime();
        try (Engine engine = new Engine(
                        List.of(new SimulatedDevice(time).bundle()),
                        EngineSettings.constant(4, 1),
                        EngineEnvironment.of(time));
                ImagePublisher publisher =
                        new ImagePublisher(new InMemoryImageStore(), 1, 8, time, RequestListener.NONE);
                LostDeviceTime lost = lostDeviceTime()) {
            lost.start();
            SimulatedWorker.await(overhead::any, () -> "nothing lost yet");
            meter.writtenOff(new DeviceUsage(nanos(7, 0), 0, 0));
            engine.start();
            StreamWorker idle = new StreamWorker(
                    settings(),
                    new WorkerParts(
                            engine,
                            publisher,
                            new RequestDecoder(),
                            encoder,
                            overhead,
                            RequestListener.NONE,
                            time,
                            Optional.empty()),
                    () -> true,
                    failure -> {});

            idle.closeBooks();

            idle.close(Duration.ofSeconds(5));
        }
        assertThat(committedNanos()).isEqualTo(Map.of(encoder.process(), 7L, dead.process(), 110L));
        assertThat(overhead.any()).isFalse();
        assertThat(meterFile()).doesNotExist();
    }

    private Map<String, Long> committedNanos() {
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                kafka.bootstrapServers(),
                "schema.registry.url",
                registry.url().toString());
        Map<String, Long> nanos = new HashMap<>();
        try (AvroDeserializer<CostIncurred> deserializer = new AvroDeserializer<>(CostIncurred.class);
                TopicReader topic = TopicReader.open(config, TOPIC)) {
            deserializer.configure(config, false);
            topic.seekToBeginning();
            topic.readTo(topic.decidedEnds(), record -> {
                @Nullable CostIncurred cost = deserializer.deserialize(TOPIC, record.value());
                assertThat(cost).isNotNull();
                nanos.merge(cost.getProcess(), cost.getDeviceNanos(), Long::sum);
            });
        }
        return nanos;
    }

    private void createTopic(Map<String, String> config) {
        kafka.createTopics(Map.of(TOPIC, 2), config);
    }

    private LostDeviceTime lostDeviceTime() {
        return new LostDeviceTime(own, settings(), overhead, Clock.systemUTC());
    }

    private StreamSettings settings() {
        return new StreamSettings(
                APPLICATION_ID,
                Topics.DEFAULT,
                folder,
                new SettleSettings(
                        Duration.ofMillis(100), Duration.ofHours(1), Duration.ofMillis(100), Duration.ofHours(1), 8),
                true,
                RequestLimits.DEFAULT,
                Map.of(
                        "bootstrap.servers",
                        kafka.bootstrapServers(),
                        "schema.registry.url",
                        registry.url().toString(),
                        "sluice.registry.answer.patience.ms",
                        "300"));
    }

    private static PerNetwork nanos(long denoiser, long guide) {
        return PerNetwork.of(Network.DENOISER, denoiser).with(Network.GUIDE, guide);
    }

    private void inTransaction(long denoiserNanos, long guideNanos) {
        DeviceUsage usage = new DeviceUsage(nanos(denoiserNanos, guideNanos), 0, 1);
        CostIncurred cost = dead.overhead(sequence++, usage, startedAt, startedAt.plusSeconds(1));
        producer.beginTransaction();
        send(serializer.serialize(TOPIC, cost));
    }

    private void send(byte @Nullable [] value) {
        sent.add(producer.send(new ProducerRecord<>(TOPIC, "worker", value)));
    }

    private void deleteRecords() throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            // All there is.
            RecordsToDelete all = RecordsToDelete.beforeOffset(-1);
            admin.deleteRecords(Map.of(new TopicPartition(TOPIC, 0), all, new TopicPartition(TOPIC, 1), all))
                    .all()
                    .get();
        }
    }

    private OverheadQueue.Lost awaitLost() {
        List<OverheadQueue.Lost> found = new ArrayList<>();
        SimulatedWorker.await(
                () -> {
                    Optional<OverheadQueue.Lost> lost = overhead.takeLost();
                    lost.ifPresent(found::add);
                    return lost.isPresent();
                },
                () -> "nothing lost yet");
        return found.getFirst();
    }

    private static BooleanSupplier afterASecond() {
        long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
        return () -> System.nanoTime() > end;
    }

    private Path meterFile() {
        return folder.resolve("device-time").resolve(startedAt.toEpochMilli() + ".meter");
    }
}
