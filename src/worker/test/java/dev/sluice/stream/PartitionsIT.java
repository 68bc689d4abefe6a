package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.Waits;
import dev.sluice.codec.EventEncoder;
import dev.sluice.codec.RequestDecoder;
import dev.sluice.embedded.EmbeddedKafka;
import dev.sluice.embedded.EmbeddedSchemaRegistry;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineEnvironment;
import dev.sluice.engine.EngineSettings;
import dev.sluice.events.v1.GenerationCancelled;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.events.v1.GenerationFailureCode;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.pricing.Price;
import dev.sluice.pricing.Tariff;
import dev.sluice.wire.AvroSerializer;
import dev.sluice.wire.RequestLimits;
import dev.sluice.wire.TopicReader;
import dev.sluice.wire.Topics;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real brokers and streams: ids have one home, whoever publishes them and however many partitions there come to be. */
@Timeout(180)
class PartitionsIT {
    private static final String GROUP = "partitions-test";
    private static final Topics TOPICS = Topics.DEFAULT;
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    private Path folder;

    private EmbeddedKafka kafka;
    private EmbeddedSchemaRegistry registry;
    private Map<String, Object> clients;
    private Producer<String, SpecificRecord> producer;
    private CommittedEvents events;
    private final List<String> fenced = new ArrayList<>();
    private int markers;

    @BeforeEach
    void start() {
        kafka = EmbeddedKafka.start(folder.resolve("kafka"), 0);
        registry = EmbeddedSchemaRegistry.start(folder.resolve("registry"), 0);
        clients = Map.of(
                "bootstrap.servers",
                kafka.bootstrapServers(),
                "schema.registry.url",
                registry.url().toString());
        AvroSerializer<SpecificRecord> values = new AvroSerializer<>();
        values.configure(clients, false);
        producer = new KafkaProducer<>(new HashMap<>(clients), new StringSerializer(), values);
        Map<String, Integer> outcomes = new HashMap<>();
        TOPICS.all().forEach(topic -> outcomes.put(topic, 1));
        outcomes.keySet().removeAll(List.of(TOPICS.requests(), TOPICS.cancellations()));
        kafka.createTopics(outcomes, Map.of());
        events = new CommittedEvents(kafka.bootstrapServers(), registry.url().toString(), completion -> {});
    }

    @AfterEach
    void stop() {
        events.close();
        producer.close();
        registry.close();
        kafka.close();
    }

    @Test
    void answersAnIdOnceWhateverPartitionItIsPublishedOn() throws Exception {
        createTopics(4);
        try (Rig worker = new Rig()) {
            worker.device.hold();
            for (int partition = 0; partition < 4; partition++) {
                request(partition, Requests.plain("same"));
                request(partition, Requests.plain("other").setSeed(partition == 2 ? 2 : 1));
            }
            int away = (home("cancelled", 4) + 1) % 4;
            request(away, longOne("cancelled"));
            await(() -> worker.stream.counts().unsettled().count() == 3);
            cancel((away + 1) % 4, "cancelled");
            cancel((home("ahead", 4) + 1) % 4, "ahead");
            fence(worker, 4);
            request((home("ahead", 4) + 2) % 4, Requests.plain("ahead"));
            worker.device.letAllThrough();
            fence(worker, 4);

            // Everything again, where it is settled.
            for (int partition = 0; partition < 4; partition++) {
                request(partition, Requests.plain("same"));
            }
            fence(worker, 4);

            List<String> made = new ArrayList<>(List.of("same", "other"));
            made.addAll(fenced);
            ExactlyOneOutcome.judge(
                    Stream.concat(made.stream(), Stream.of("cancelled", "ahead"))
                            .toList(),
                    events.completions,
                    events.failures);
            assertThat(events.failures)
                    .extracting(GenerationFailed::getCode)
                    .containsOnly(GenerationFailureCode.CANCELLED);
            assertThat(events.costs.stream()
                            .map(cost -> String.valueOf(cost.getRequestId()))
                            .filter(List.of("same", "other")::contains))
                    .containsExactlyInAnyOrder("same", "other");
            // One record has the one content of "other", three have the other; those that didn't come first are
            // letters.
            assertThat(events.deadLetters)
                    .allSatisfy(letter -> assertThat(TopicReader.key(letter)).isEqualTo("other"));
            assertThat(events.deadLetters.size()).isIn(1, 3);
            // Three of four of "same" twice and of "other", two cancellations and two requests.
            assertThat(worker.stream.counts().routed().routed()).isEqualTo(3 * 3 + 4);
        }
    }

    @Test
    void growsWithoutLosingARequest() throws Exception {
        createTopics(2);
        List<String> settled = ids("settled");
        List<String> pending = ids("pending");
        List<String> waiting = ids("waiting");
        List<String> early = ids("early");
        PartitionGrowth growth = new PartitionGrowth(clients, GROUP, TOPICS.requests(), TOPICS.cancellations());
        try (Rig worker = new Rig()) {
            requestHome(settled, 2);
            await(() -> events.completions.size() == settled.size());
            worker.device.hold();
            requestHome(pending, 2);
            await(() -> worker.stream.counts().unsettled().count() == pending.size());
            assertThatThrownBy(() -> growth.grow(4))
                    .isInstanceOf(PartitionGrowth.RefusedException.class)
                    .hasMessageContaining("group partitions-test has 1 member");
        }
        requestHome(waiting, 2);
        addPartitions(4, TOPICS.requests(), TOPICS.cancellations());
        requestHome(early, 4);

        PartitionGrowth.Report planned = growth.plan(4);
        PartitionGrowth.Report done = growth.grow(4);
        assertThat(done).isEqualTo(planned);
        assertThat(done.moves())
                .extracting(PartitionGrowth.Moved::moved)
                .containsExactly(leaving(pending), leaving(settled))
                .doesNotContain(0);
        assertThat(growth.grow(4).moves())
                .allSatisfy(again -> assertThat(again.moved()).isZero());
        assertThatThrownBy(() -> growth.grow(3))
                .isInstanceOf(PartitionGrowth.RefusedException.class)
                .hasMessageContaining("can't be taken away");

        List<String> later = ids("later");
        try (Rig worker = new Rig()) {
            requestHome(settled, 4);
            requestHome(pending, 4);
            requestHome(later, 4);
            fence(worker, 4);
            List<String> all = Stream.of(settled, pending, waiting, early, later, fenced)
                    .flatMap(List::stream)
                    .toList();
            await(() -> events.outcomes() >= all.size());
            fence(worker, 4);
            judge(Stream.concat(all.stream(), fenced.stream()).distinct().toList());
        }
    }

    @Test
    void endsOnChangelogsThatGrewByOtherMeansUntilTheyAreMended() throws Exception {
        createTopics(2);
        List<String> settled = ids("settled");
        try (Rig worker = new Rig()) {
            requestHome(settled, 2);
            await(() -> events.completions.size() == settled.size());
            assertThat(worker.fatal).isNotDone();
        }
        addPartitions(4, TOPICS.requests(), TOPICS.cancellations());
        addPartitions(4, Changelogs.all(GROUP).toArray(String[]::new));
        try (Rig worker = new Rig()) {
            assertThat(worker.fatal.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .rootCause()
                    .hasMessageContaining("sluice partitions --to 4");
        }

        PartitionGrowth growth = new PartitionGrowth(clients, GROUP, TOPICS.requests(), TOPICS.cancellations());
        awaitNobody();
        growth.grow(4);
        try (Rig worker = new Rig()) {
            requestHome(settled, 4);
            fence(worker, 4);
            judge(Stream.concat(settled.stream(), fenced.stream()).toList());
        }
    }

    /**
     * The topic is as retention leaves it, and the group's offsets have expired: the installation had nothing to do for
     * long.
     */
    @Test
    void commitsTheEndOfALogThatNobodyCanRead() throws Exception {
        createTopics(2);
        TopicPartition emptied = new TopicPartition(TOPICS.requests(), 0);
        for (int number = 0; number < 3; number++) {
            request(0, Requests.plain("deleted-" + number));
        }
        producer.flush();
        try (Admin admin = Admin.create(Map.copyOf(clients))) {
            admin.deleteRecords(Map.of(emptied, RecordsToDelete.beforeOffset(3)))
                    .all()
                    .get();

            try (Rig worker = new Rig()) {
                await(worker.stream.health()::running);
                assertThat(admin.listConsumerGroupOffsets(GROUP)
                                .partitionsToOffsetAndMetadata()
                                .get())
                        .containsOnly(Map.entry(emptied, new OffsetAndMetadata(3)));
            }
        }
    }

    /** A worker of its own, but for its state directory, which stays. */
    private final class Rig implements AutoCloseable {
        final ManualTime time = new ManualTime();
        final SimulatedDevice device = new SimulatedDevice(time);
        final CompletableFuture<Throwable> fatal = new CompletableFuture<>();
        final StreamWorker stream;
        private final Engine engine;
        private final ImagePublisher publisher =
                new ImagePublisher(new InMemoryImageStore(), 1, 64, Clock.systemUTC(), RequestListener.NONE);

        Rig() throws InterruptedException {
            engine = new Engine(
                    List.of(device.bundle()),
                    EngineSettings.constant(4, 1).withMaxImages(64),
                    EngineEnvironment.of(time));
            engine.start();
            WorkerParts parts = new WorkerParts(
                    engine,
                    publisher,
                    new RequestDecoder(),
                    new EventEncoder(
                            "worker-1",
                            Instant.now(),
                            Tariff.of(new Price("device", BigDecimal.ONE, Currency.getInstance("EUR")))),
                    new OverheadQueue(engine.meter(), Duration.ofMinutes(1), Instant.now()),
                    RequestListener.NONE,
                    Clock.systemUTC(),
                    Optional.empty());
            stream = new StreamWorker(settings(), parts, engine::hasRoom, fatal::complete);
            stream.start();
        }

        @Override
        public void close() {
            stream.close(Duration.ofSeconds(20));
            device.letAllThrough();
            engine.close();
            publisher.close();
        }
    }

    private StreamSettings settings() {
        return new StreamSettings(
                GROUP, TOPICS, folder.resolve("state"), SettleSettings.DEFAULT, true, RequestLimits.DEFAULT, clients);
    }

    private void createTopics(int partitions) {
        kafka.createTopics(Map.of(TOPICS.requests(), partitions, TOPICS.cancellations(), partitions), Map.of());
    }

    private void addPartitions(int to, String... topics) throws Exception {
        Map<String, NewPartitions> more = new HashMap<>();
        Stream.of(topics).forEach(topic -> more.put(topic, NewPartitions.increaseTo(to)));
        try (Admin admin = Admin.create(Map.copyOf(clients))) {
            admin.createPartitions(more).all().get();
        }
    }

    private static List<String> ids(String name) {
        return IntStream.range(0, 8).mapToObj(number -> name + "-" + number).toList();
    }

    /** How many of these don't stay where they are as two partitions become four. */
    private static int leaving(List<String> ids) {
        return (int) ids.stream().filter(id -> home(id, 2) != home(id, 4)).count();
    }

    private static int home(String id, int partitions) {
        return HomePartition.of(id.getBytes(StandardCharsets.UTF_8), partitions);
    }

    private void requestHome(List<String> ids, int partitions) throws Exception {
        for (String id : ids) {
            request(home(id, partitions), Requests.plain(id));
        }
    }

    private void request(int partition, GenerationRequested.Builder request) throws Exception {
        producer.send(new ProducerRecord<>(TOPICS.requests(), partition, request.getRequestId(), request.build()))
                .get();
    }

    private static GenerationRequested.Builder longOne(String id) {
        return Requests.plain(id).setSampler(Requests.steps(150));
    }

    private void cancel(int partition, String id) throws Exception {
        producer.send(new ProducerRecord<>(TOPICS.cancellations(), partition, id, new GenerationCancelled(id, "")))
                .get();
    }

    /**
     * Returns when all that was published before has been taken in, wherever it lay; cancellations too where the device is held
     * and makes a call now and then, so that the markers end by theirs.
     */
    private void fence(Rig worker, int partitions) throws Exception {
        // What the first round's fellows were handed on to lies before the second round's.
        for (int round = 0; round < 2; round++) {
            for (int partition = 0; partition < partitions; markers++) {
                String id = "marker-" + markers;
                if (home(id, partitions) == partition) {
                    request(partition, longOne(id));
                    cancel(partition, id);
                    fenced.add(id);
                    partition++;
                }
            }
            await(() -> {
                worker.device.letThrough(1);
                return worker.fatal.isDone() || outcomes().containsAll(fenced);
            });
            assertThat(worker.fatal).isNotDone();
        }
    }

    private List<String> outcomes() {
        return Stream.concat(
                        events.completions.stream().map(GenerationCompleted::getRequestId),
                        events.failures.stream().map(GenerationFailed::getRequestId))
                .toList();
    }

    private void judge(List<String> ids) {
        ExactlyOneOutcome.judge(ids, events.completions, events.failures);
        assertThat(events.deadLetters).isEmpty();
    }

    /** A client that ended by a failure may not have left its group, and is forgotten after a while. */
    private void awaitNobody() {
        try (Admin admin = Admin.create(Map.copyOf(clients))) {
            await(() -> admin
                    .describeConsumerGroups(List.of(GROUP))
                    .all()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join()
                    .values()
                    .stream()
                    .allMatch(group -> group.members().isEmpty()));
        }
    }

    private void await(BooleanSupplier condition) {
        Waits.until(
                Waits.atMost(PATIENCE),
                () -> {
                    events.poll();
                    return condition.getAsBoolean();
                },
                () -> events.completions.size() + " completions, " + events.failures + ", " + events.deadLetters.size()
                        + " dead letters");
    }
}
