package dev.sluice.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.Outcomes;
import dev.sluice.embedded.EmbeddedKafka;
import dev.sluice.embedded.EmbeddedSchemaRegistry;
import dev.sluice.events.v1.ChargeKind;
import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.GenerationFailureCode;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.events.v1.PromptSpec;
import dev.sluice.pricing.Price;
import dev.sluice.wire.AvroSerializer;
import dev.sluice.wire.DeadLetterHeaders;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Over a real broker, in topics that somebody wrote to for days. */
@Timeout(120)
class LookupIT {
    private static final LookupTopics TOPICS =
            new LookupTopics("requests", "completions", "failures", "costs", "progress", "dead-letters");
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    private final Instant minutesAgo = now.minus(Duration.ofMinutes(5));
    private final Instant hoursAgo = now.minus(Duration.ofHours(5));
    private final Instant daysAgo = now.minus(Duration.ofDays(3));

    @TempDir
    private static Path folder;

    private static EmbeddedKafka kafka;
    private static EmbeddedSchemaRegistry registry;
    private static Map<String, Object> properties;
    private static KafkaProducer<String, byte[]> producer;
    private static AvroSerializer<SpecificRecord> serializer;

    @BeforeAll
    static void start() {
        kafka = EmbeddedKafka.start(folder.resolve("kafka"), 0);
        registry = EmbeddedSchemaRegistry.start(folder.resolve("registry"), 0);
        properties = Map.of(
                "bootstrap.servers",
                kafka.bootstrapServers(),
                "schema.registry.url",
                registry.url().toString());
        kafka.createTopics(
                Map.of("requests", 3, "completions", 3, "failures", 3, "costs", 3, "progress", 3, "dead-letters", 3),
                Map.of());
        producer = new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer());
        serializer = new AvroSerializer<>();
        serializer.configure(properties, false);
    }

    @AfterAll
    static void stop() {
        producer.close();
        serializer.close();
        registry.close();
        kafka.close();
    }

    @Test
    void findsOutcomesHoweverOldWithTheirCharges() throws Exception {
        LookupTopics topics = fresh("old");
        for (Instant at : List.of(daysAgo, hoursAgo, minutesAgo)) {
            String id = "made-" + at;
            write(topics.requests(), id, new byte[] {1}, at.minusSeconds(9));
            write(topics.progress(), id, Outcomes.progressed(id, 1, 4), at.minusSeconds(3));
            write(topics.completions(), id, Outcomes.completed(id, "x"), at);
            write(topics.costs(), "tenant", charge(id, id + "/1"), at);
            write(topics.costs(), "tenant", charge(id, id + "/1"), at.plusMillis(2));
        }
        write(
                topics.failures(),
                "no",
                Outcomes.failed("no", GenerationFailureCode.CANCELLED, "changed my mind"),
                hoursAgo);

        Answers answers =
                look(topics, Duration.ofSeconds(60), "made-" + minutesAgo, "made-" + hoursAgo, "made-" + daysAgo, "no");

        assertThat(answers.found().subList(0, 3)).allSatisfy(found -> {
            assertThat(found.standing()).isInstanceOf(Standing.Completed.class);
            assertThat(found.charges()).hasSize(1);
        });
        assertThat(answers.found().getLast().standing())
                .isInstanceOfSatisfying(
                        Standing.Failed.class,
                        failed -> assertThat(failed.outcome().getMessage()).isEqualTo("changed my mind"));
    }

    @Test
    void anIdThatWasUsedAgainHasItsLastOutcomeAndThatOnesCharge() throws Exception {
        LookupTopics topics = fresh("again");
        write(topics.completions(), "again", Outcomes.completed("again", "old"), daysAgo);
        write(topics.costs(), "tenant", charge("again", "again/1"), daysAgo);
        write(topics.completions(), "again", Outcomes.completed("again", "new"), hoursAgo);
        write(topics.costs(), "tenant", charge("again", "again/2"), hoursAgo);

        Found found = look(topics, Duration.ofSeconds(60), "again").found().getFirst();

        assertThat(found.standing())
                .isInstanceOfSatisfying(
                        Standing.Completed.class,
                        completed -> assertThat(completed.at()).isEqualTo(hoursAgo));
        assertThat(found.charges()).extracting(CostIncurred::getCostId).containsExactly("again/2");
    }

    @Test
    void aRequestWithoutAnOutcomeIsUnderWayOrWaits() throws Exception {
        write("requests", "waits", new byte[] {1}, minutesAgo);
        write("requests", "runs", new byte[] {1}, minutesAgo);
        write("progress", "runs", Outcomes.progressed("runs", 30, 50), minutesAgo.plusSeconds(1));
        write("progress", "runs", Outcomes.progressed("runs", 31, 50), minutesAgo.plusSeconds(2));

        assertThat(only("waits").standing()).isEqualTo(new Standing.Waiting(minutesAgo));
        assertThat(only("runs").standing())
                .isInstanceOfSatisfying(
                        Standing.UnderWay.class,
                        runs -> assertThat(runs.progress().getStep()).isEqualTo(31));
    }

    @Test
    void progressOfAClockThatIsAheadHidesNoOutcome() throws Exception {
        Instant edge = now.minus(Duration.ofHours(1));
        write("completions", "ahead", Outcomes.completed("ahead", "x"), edge.minusSeconds(60));
        write("progress", "ahead", Outcomes.progressed("ahead", 50, 50), edge.plusSeconds(60));

        assertThat(only("ahead").standing()).isInstanceOf(Standing.Completed.class);
    }

    @Test
    void aDeadLetterSaysWhyAndWhetherItWasSentBack() throws Exception {
        letter("dead", hoursAgo);
        RecordMetadata resent = letter("resent", hoursAgo);
        ProducerRecord<String, byte[]> marker = new ProducerRecord<>(
                "dead-letters", resent.partition(), minutesAgo.toEpochMilli(), "resent", (byte[]) null);
        marker.headers()
                .add(
                        DeadLetterHeaders.RESENT,
                        (resent.partition() + "-" + resent.offset()).getBytes(StandardCharsets.UTF_8));
        producer.send(marker).get();

        assertThat(only("dead").standing()).isInstanceOfSatisfying(Standing.DeadLetter.class, dead -> {
            assertThat(dead.letter().reason()).isEqualTo("ID_TAKEN");
            assertThat(dead.sentBack()).isFalse();
        });
        assertThat(only("resent").standing())
                .isInstanceOfSatisfying(
                        Standing.DeadLetter.class,
                        dead -> assertThat(dead.sentBack()).isTrue());
    }

    @Test
    void aDeadLetterUnderAnotherKeyIsFoundByTheIdInIt() throws Exception {
        ProducerRecord<String, byte[]> letter =
                new ProducerRecord<>("dead-letters", null, hoursAgo.toEpochMilli(), "not-its-id", requested("within"));
        letter.headers().add(DeadLetterHeaders.REASON, "WRONG_KEY".getBytes(StandardCharsets.UTF_8));
        producer.send(letter).get();

        assertThat(only("within").standing())
                .isInstanceOfSatisfying(
                        Standing.DeadLetter.class,
                        dead -> assertThat(dead.letter().reason()).isEqualTo("WRONG_KEY"));
    }

    @Test
    void aDeadLetterBesideAnOutcomeIsToldWithIt() throws Exception {
        write("completions", "both", Outcomes.completed("both", "x"), minutesAgo);
        letter("both", minutesAgo.plusSeconds(1));

        Found found = only("both");

        assertThat(found.standing()).isInstanceOf(Standing.Completed.class);
        assertThat(found.letter()).isPresent();
    }

    @Test
    void saysSinceWhenItKnowsWhereRetentionHasDeleted() throws Exception {
        LookupTopics topics = fresh("short");
        write(topics.completions(), "old", Outcomes.completed("old", "x"), daysAgo);
        write(topics.completions(), "kept", Outcomes.completed("kept", "x"), hoursAgo);
        assertThat(look(topics, Duration.ofSeconds(60), "old", "nobody").known().complete())
                .isTrue();
        try (Admin admin = Admin.create(properties)) {
            admin.deleteRecords(Map.of(new TopicPartition(topics.completions(), 0), RecordsToDelete.beforeOffset(1)))
                    .all()
                    .get();
        }

        Answers answers = look(topics, Duration.ofSeconds(60), "old");

        assertThat(answers.found().getFirst().standing()).isEqualTo(new Standing.Unknown());
        assertThat(answers.known()).isEqualTo(new Known(Optional.of(hoursAgo), Optional.empty(), List.of()));
    }

    @Test
    void stopsWhenItsTimeIsOverAndSaysSo() throws Exception {
        write("completions", "some", Outcomes.completed("some", "x"), minutesAgo);

        Answers answers = look(TOPICS, Duration.ofNanos(1), "some");

        assertThat(answers.found().getFirst().standing()).isEqualTo(new Standing.Unknown());
        assertThat(answers.known().outOfTime()).isPresent();
        assertThat(answers.known().complete()).isFalse();
    }

    private static LookupTopics fresh(String name) {
        LookupTopics topics =
                new LookupTopics(name + "-r", name + "-c", name + "-f", name + "-costs", name + "-p", name + "-d");
        kafka.createTopics(
                Stream.of(
                                topics.requests(),
                                topics.completions(),
                                topics.failures(),
                                topics.costs(),
                                topics.progress(),
                                topics.deadLetters())
                        .collect(Collectors.toMap(topic -> topic, topic -> 1)),
                Map.of());
        return topics;
    }

    private static Found only(String id) {
        return look(id).found().getFirst();
    }

    private static Answers look(String... ids) {
        return look(TOPICS, Duration.ofSeconds(60), ids);
    }

    private static Answers look(LookupTopics topics, Duration limit, String... ids) {
        try (Lookup lookup = new Lookup(properties, topics, List.of(ids), limit)) {
            return lookup.look();
        }
    }

    private static RecordMetadata letter(String id, Instant at) throws ExecutionException, InterruptedException {
        ProducerRecord<String, byte[]> letter =
                new ProducerRecord<>("dead-letters", null, at.toEpochMilli(), id, new byte[] {1});
        letter.headers().add(DeadLetterHeaders.REASON, "ID_TAKEN".getBytes(StandardCharsets.UTF_8));
        return producer.send(letter).get();
    }

    private static byte[] requested(String id) {
        GenerationRequested request = GenerationRequested.newBuilder()
                .setRequestId(id)
                .setTenantId("tenant")
                .setModel("model")
                .setPrompt(PromptSpec.newBuilder().setLabel("seven").build())
                .build();
        return Objects.requireNonNull(serializer.serialize("requests", request));
    }

    private static void write(String topic, String key, SpecificRecord event, Instant at)
            throws ExecutionException, InterruptedException {
        write(topic, key, Objects.requireNonNull(serializer.serialize(topic, event)), at);
    }

    private static void write(String topic, String key, byte[] value, Instant at)
            throws ExecutionException, InterruptedException {
        producer.send(new ProducerRecord<>(topic, null, at.toEpochMilli(), key, value))
                .get();
    }

    private static CostIncurred charge(String requestId, String costId) {
        BigDecimal price = BigDecimal.ONE.setScale(Price.UNIT_PRICE_SCALE);
        BigDecimal cost = price.multiply(Price.seconds(1));
        return CostIncurred.newBuilder()
                .setCostId(costId)
                .setChargeKind(ChargeKind.COMPUTE)
                .setTenantId("tenant")
                .setRequestId(requestId)
                .setOutcome("COMPLETED")
                .setWorker("w")
                .setChargePeriodStart(Instant.EPOCH)
                .setChargePeriodEnd(Instant.EPOCH)
                .setConsumedQuantity(Price.seconds(1))
                .setPricingQuantity(Price.seconds(1))
                .setListUnitPrice(price)
                .setListCost(cost)
                .setEffectiveCost(cost)
                .setBillingCurrency("USD")
                .setSkuId("sku")
                .setDeviceNanos(1)
                .setDenoiserNanos(1)
                .setGuideNanos(0)
                .setPaddingNanos(0)
                .setRows(1)
                .build();
    }
}
