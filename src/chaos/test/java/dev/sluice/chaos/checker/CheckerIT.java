package dev.sluice.chaos.checker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.chaos.surroundings.BrokerProcess;
import dev.sluice.chaos.surroundings.ProxiedRegistry;
import dev.sluice.chaos.surroundings.RestartableS3;
import dev.sluice.events.v1.BundleUsed;
import dev.sluice.events.v1.CallSizing;
import dev.sluice.events.v1.CallsMade;
import dev.sluice.events.v1.ChargeKind;
import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.EvaluationCounts;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.events.v1.GenerationFailureCode;
import dev.sluice.events.v1.ImageObject;
import dev.sluice.events.v1.PlanAsRun;
import dev.sluice.events.v1.RunTimings;
import dev.sluice.wire.AvroSerializer;
import dev.sluice.wire.Topics;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import javax.imageio.ImageIO;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The checker as a process, on real servers, with events that the test writes in a worker's place. */
@Timeout(180)
class CheckerIT {
    private static final Topics TOPICS = Topics.DEFAULT;
    private static final String BUCKET = "images";
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    private Path folder;

    @Test
    void readsCommittedEventsAndObjectsAndJudgesThem() throws Exception {
        Path history = folder.resolve("history.jsonl");
        try (BrokerProcess broker = BrokerProcess.start(folder.resolve("broker"));
                ProxiedRegistry registry = ProxiedRegistry.start(folder.resolve("registry"));
                RestartableS3 s3 = RestartableS3.start(folder.resolve("s3"), BUCKET)) {
            broker.createTopics(TOPICS, 2);
            publish(history);
            byte[] png = png();
            // The server keeps an object as a file of its bucket's folder.
            Files.createDirectories(folder.resolve("s3").resolve(BUCKET).resolve("whole"));
            Files.write(folder.resolve("s3").resolve(BUCKET).resolve("whole/0.png"), png);
            try (KafkaProducer<String, byte[]> producer = producer(broker);
                    AvroSerializer<SpecificRecord> avro = new AvroSerializer<>()) {
                avro.configure(
                        Map.of("schema.registry.url", registry.directUrl().toString()), false);
                producer.initTransactions();
                producer.beginTransaction();
                for (String id : List.of("whole", "missing")) {
                    send(producer, avro, TOPICS.completions(), id, completed(id, png));
                    send(producer, avro, TOPICS.costs(), "tenant", charge(id));
                }
                producer.commitTransaction();
                producer.beginTransaction();
                send(producer, avro, TOPICS.failures(), "aborted", failed("aborted"));
                producer.abortTransaction();
                producer.beginTransaction();
                send(producer, avro, TOPICS.failures(), "cancelled", failed("cancelled"));
                send(producer, deadLetter());
                producer.commitTransaction();
                // Left open: the broker aborts it when its time is up, and the checker waits for that.
                producer.beginTransaction();
                send(producer, avro, TOPICS.failures(), "open", failed("open"));

                Verdict verdict = CheckerProcess.check(
                        new CheckerInput(
                                broker.bootstrapServers(),
                                registry.directUrl().toString(),
                                s3.access(),
                                history.toString(),
                                List.of(new MeterReading("worker", 20)),
                                true,
                                60),
                        folder.resolve("checker"));

                assertThat(verdict.outcomes()).isEqualTo(Map.of("COMPLETED", 2, "CANCELLED", 1));
                assertThat(verdict.images()).isEqualTo(1);
                assertThat(verdict.deadLettersFound()).isEqualTo(1);
                assertThat(verdict.deviceTime()).containsExactly(new Verdict.DeviceTime("worker", 20, 20));
                assertThat(verdict.violations().get(Violation.LOST))
                        .isEqualTo(new Verdict.Finding(2, List.of("aborted", "open")));
                assertThat(verdict.violations().get(Violation.MISSING_OBJECT))
                        .isEqualTo(new Verdict.Finding(1, List.of("missing: missing/0.png")));
                assertThat(verdict.violations().values().stream()
                                .mapToInt(Verdict.Finding::count)
                                .sum())
                        .as(verdict.summary())
                        .isEqualTo(3);
            }
        }
    }

    private static void publish(Path file) {
        try (HistoryFile history = HistoryFile.append(file)) {
            for (String id : List.of("whole", "missing", "aborted", "cancelled", "open")) {
                history.write(publication(id, Publication.Kind.REQUEST, Set.of("COMPLETED", "CANCELLED")));
            }
            history.write(publication("poison", Publication.Kind.POISON, Set.of()));
        }
    }

    private static Publication publication(String id, Publication.Kind kind, Set<String> allowed) {
        return new Publication(id, "tenant", kind, allowed, "", 1, id, NOW.toEpochMilli());
    }

    private static KafkaProducer<String, byte[]> producer(BrokerProcess broker) {
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        broker.bootstrapServers(),
                        "transactional.id",
                        "test",
                        "transaction.timeout.ms",
                        (int) Duration.ofSeconds(5).toMillis()),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    private static void send(
            KafkaProducer<String, byte[]> producer,
            AvroSerializer<SpecificRecord> avro,
            String topic,
            String key,
            SpecificRecord event)
            throws ExecutionException, InterruptedException {
        send(producer, new ProducerRecord<>(topic, key, avro.serialize(topic, event)));
    }

    private static void send(KafkaProducer<String, byte[]> producer, ProducerRecord<String, byte[]> record)
            throws ExecutionException, InterruptedException {
        assertThat(producer.send(record).get().hasOffset()).isTrue();
    }

    private static ProducerRecord<String, byte[]> deadLetter() {
        ProducerRecord<String, byte[]> letter =
                new ProducerRecord<>(TOPICS.deadLetters(), "poison", "not Avro".getBytes(UTF_8));
        Map.of("exception", "java.lang.Exception", "topic", "requests", "partition", "0", "offset", "17")
                .forEach((name, value) -> letter.headers().add("__streams.errors." + name, value.getBytes(UTF_8)));
        return letter;
    }

    private static byte[] png() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB), "png", bytes);
        return bytes.toByteArray();
    }

    private static GenerationCompleted completed(String id, byte[] png) {
        return GenerationCompleted.newBuilder()
                .setRequestId(id)
                .setTenantId("tenant")
                .setImages(List.of(
                        new ImageObject(0, BUCKET, id + "/0.png", ImageDigest.sha256(png), (long) png.length, 1L)))
                .setBundle(new BundleUsed("model", "1", "00"))
                .setPlan(new PlanAsRun(1, List.of(1), List.of(1.0), "DDPM", 0.0, "NONE", 0.0, "NONE", "NONE"))
                .setEvaluations(new EvaluationCounts(1L, 0L, 0L, 0L, 0L, 0L, 0L))
                .setTimings(new RunTimings(NOW, NOW, 1L, 1L, 1L))
                .setCalls(new CallsMade(CallSizing.CONSTANT, 16, 8, 0, 0, 0, 0))
                .setWorker("worker")
                .build();
    }

    private static GenerationFailed failed(String id) {
        return GenerationFailed.newBuilder()
                .setRequestId(id)
                .setTenantId("tenant")
                .setCode(GenerationFailureCode.CANCELLED)
                .setMessage("")
                .setRetriable(false)
                .setFailedAt(NOW)
                .setWorker("worker")
                .build();
    }

    private static CostIncurred charge(String id) {
        BigDecimal seconds = new BigDecimal("0.000000010");
        return CostIncurred.newBuilder()
                .setCostId("request:" + id)
                .setProcess("worker")
                .setChargeKind(ChargeKind.COMPUTE)
                .setTenantId("tenant")
                .setRequestId(id)
                .setModel("model")
                .setOutcome("COMPLETED")
                .setWorker("worker")
                .setChargePeriodStart(NOW)
                .setChargePeriodEnd(NOW)
                .setConsumedQuantity(seconds)
                .setPricingQuantity(seconds)
                .setListUnitPrice(BigDecimal.ZERO.setScale(12))
                .setListCost(BigDecimal.ZERO.setScale(21))
                .setEffectiveCost(BigDecimal.ZERO.setScale(21))
                .setBillingCurrency("EUR")
                .setSkuId("cpu")
                .setDeviceNanos(10)
                .setDenoiserNanos(10)
                .setGuideNanos(0)
                .setPaddingNanos(0)
                .setRows(1)
                .build();
    }
}
