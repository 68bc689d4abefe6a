package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.Waits;
import dev.sluice.embedded.EmbeddedKafka;
import dev.sluice.embedded.EmbeddedS3;
import dev.sluice.embedded.EmbeddedSchemaRegistry;
import dev.sluice.engine.metering.MeterFile;
import dev.sluice.engine.metering.MeterFile.Reading;
import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.events.v1.ImageObject;
import dev.sluice.storage.S3ImageStore;
import dev.sluice.wire.AvroSerializer;
import dev.sluice.wire.TopicReader;
import dev.sluice.wire.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills a worker for real, in the middle of its work, and watches what downstream readers see. */
@Timeout(300)
class WorkerKillIT {
    private static final Path BUNDLE = Path.of("models", "bundles", "glyphs-adm");
    private static final List<String> DIGITS =
            List.of("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine");
    private static final int REQUESTS = 20;
    /** Requests that are done before the kill. */
    private static final int SHORT_REQUESTS = 4;

    private static final int SHORT_STEPS = 2;
    private static final int LONG_STEPS = 250;
    private static final int PARTITIONS = 2;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** How long a second outcome has to show up. */
    private static final Duration WATCH = Duration.ofSeconds(5);

    @TempDir
    private Path folder;

    private final List<Process> workers = new ArrayList<>();
    private final List<String> requestIds =
            IntStream.range(0, REQUESTS).mapToObj(i -> "request-" + i).toList();
    private EmbeddedKafka kafka;
    private EmbeddedSchemaRegistry registry;
    private EmbeddedS3 s3;
    private S3ImageStore images;
    private CommittedEvents events;

    @BeforeEach
    void startServers() {
        kafka = EmbeddedKafka.start(folder.resolve("kafka"), 0);
        registry = EmbeddedSchemaRegistry.start(folder.resolve("registry"), 0);
        s3 = EmbeddedS3.start(folder.resolve("s3"), 0, LocalS3.ACCESS_KEY, LocalS3.SECRET_KEY);
        s3.createBucket(LocalS3.BUCKET);
        Map<String, Integer> topics = new HashMap<>();
        Topics.DEFAULT.all().forEach(topic -> topics.put(topic, PARTITIONS));
        kafka.createTopics(topics, Map.of());
        images = new S3ImageStore(LocalS3.settings(s3.endpoint()));
        events = new CommittedEvents(kafka.bootstrapServers(), registry.url().toString(), this::requireStored);
    }

    @AfterEach
    void stopAll() throws InterruptedException {
        for (Process worker : workers) {
            kill(worker);
        }
        events.close();
        images.close();
        s3.close();
        registry.close();
        kafka.close();
    }

    @Test
    void settlesEachRequestOnceWhenAWorkerIsKilledAndRestarted() throws Exception {
        Process victim = startWorker("worker-1", "state");
        publish();
        awaitAllInFlight(victim);

        kill(victim);
        Process successor = startWorker("worker-1", "state");

        requireEachSettledOnce(successor);
    }

    @Test
    void settlesEachRequestOnceWhenTheStateIsLostWithTheWorker() throws Exception {
        Process victim = startWorker("worker-1", "state");
        publish();
        awaitAllInFlight(victim);

        kill(victim);
        deleteRecursively(folder.resolve("state"));
        Process successor = startWorker("worker-1", "state");

        requireEachSettledOnce(successor);
    }

    @Test
    void settlesEachRequestOnceWhenTwoWorkersTakeOver() throws Exception {
        Process victim = startWorker("worker-1", "state-1");
        publish();
        awaitAllInFlight(victim);

        kill(victim);
        Process second = startWorker("worker-2", "state-2");
        Process third = startWorker("worker-3", "state-3");

        requireEachSettledOnce(second, third);
    }

    @Test
    void chargesEveryNanosecondThatKilledWorkersUsed() throws Exception {
        Process first = startWorker("worker-1", "state");
        publish();
        awaitAllInFlight(first);
        kill(first);
        Reading firstMeter = assertThat(meters()).singleElement().actual();
        assertThat(chargedNanos(firstMeter)).as("charged before the kill").isLessThan(firstMeter.spentNanos());

        // Killed before or while it charges what the first had lost.
        Process second = startWorker("worker-1", "state");
        await(() -> meters().stream().anyMatch(meter -> meter.alive() && meter.spentNanos() > 0), second);
        kill(second);
        Reading secondMeter = assertThat(meters())
                .filteredOn(meter -> !meter.process().equals(firstMeter.process()))
                .singleElement()
                .actual();

        Process third = startWorker("worker-1", "state");
        await(() -> meters().size() == 1 && meters().getFirst().alive(), third);
        await(
                () -> chargedNanos(firstMeter) == firstMeter.spentNanos()
                        && chargedNanos(secondMeter) == secondMeter.spentNanos(),
                third);
        assertThat(events.costs.stream().map(CostIncurred::getCostId)).doesNotHaveDuplicates();
    }

    private List<Reading> meters() {
        return MeterFile.readAll(folder.resolve("state"));
    }

    private long chargedNanos(Reading meter) {
        return events.costs.stream()
                .filter(cost -> cost.getProcess().equals(meter.process()))
                .mapToLong(CostIncurred::getDeviceNanos)
                .sum();
    }

    private Process startWorker(String name, String state) throws IOException {
        String java = ProcessHandle.current().info().command().orElseThrow();
        Process worker = new ProcessBuilder(
                        java,
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx768m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ForkedWorker.class.getName(),
                        kafka.bootstrapServers(),
                        registry.url().toString(),
                        s3.endpoint().toString(),
                        BUNDLE.toAbsolutePath().toString(),
                        folder.resolve(state).toString(),
                        name)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve(name + ".log").toFile()))
                .start();
        workers.add(worker);
        return worker;
    }

    /** Twenty requests, and among them a record that nobody can read. */
    private void publish() throws ExecutionException, InterruptedException {
        try (AvroSerializer<GenerationRequested> serializer = new AvroSerializer<>();
                KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers()),
                        new StringSerializer(),
                        new ByteArraySerializer())) {
            serializer.configure(Map.of("schema.registry.url", registry.url().toString()), false);
            String topic = Topics.DEFAULT.requests();
            for (int i = 0; i < REQUESTS; i++) {
                byte[] value = serializer.serialize(topic, request(i));
                producer.send(new ProducerRecord<>(topic, requestIds.get(i), value))
                        .get();
            }
            producer.send(new ProducerRecord<>(topic, "poison", "not Avro".getBytes(StandardCharsets.UTF_8)))
                    .get();
        }
    }

    private GenerationRequested request(int i) {
        return Requests.plain(requestIds.get(i))
                .setTenantId("tenant-" + i % 3)
                .setModel("glyphs-adm")
                .setPrompt(Requests.label(DIGITS.get(i % DIGITS.size())))
                .setSeed(i)
                .setSampler(Requests.steps(i < SHORT_REQUESTS ? SHORT_STEPS : LONG_STEPS))
                .setGuidance(Requests.guidance(Requests.SCALE, Requests.compress(2, 1)))
                .build();
    }

    /** Every request is consumed, some are settled, most are under way. */
    private void awaitAllInFlight(Process worker) {
        await(() -> events.outcomes() > 0 && !events.progress.isEmpty() && committedRequests() == REQUESTS + 1, worker);
        assertThat(events.outcomes()).as("settled before the kill").isLessThanOrEqualTo(SHORT_REQUESTS);
    }

    private long committedRequests() {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            Map<TopicPartition, OffsetAndMetadata> offsets = admin.listConsumerGroupOffsets(ForkedWorker.APPLICATION_ID)
                    .partitionsToOffsetAndMetadata()
                    .get();
            return offsets.entrySet().stream()
                    .filter(entry -> entry.getKey().topic().equals(Topics.DEFAULT.requests()))
                    .mapToLong(entry -> entry.getValue().offset())
                    .sum();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError("no offsets", e);
        }
    }

    private void requireEachSettledOnce(Process... successors) {
        await(() -> events.outcomes() >= REQUESTS, successors);
        long end = System.nanoTime() + WATCH.toNanos();
        while (System.nanoTime() < end) {
            events.poll();
        }

        ExactlyOneOutcome.judge(requestIds, events.completions, events.failures);
        ExactlyOneOutcome.judgeCharges(requestIds, events.costs);
        assertThat(events.failures).isEmpty();
        assertThat(events.deadLetters).singleElement().satisfies(letter -> {
            assertThat(TopicReader.key(letter)).isEqualTo("poison");
            assertThat(letter.headers().lastHeader("__streams.errors.exception"))
                    .isNotNull();
        });
    }

    /** What a completion names can be fetched by whoever reads it. */
    private void requireStored(GenerationCompleted completion) {
        assertThat(completion.getImages()).hasSize(1);
        for (ImageObject image : completion.getImages()) {
            byte[] object = images.get(image.getBucket(), image.getKey())
                    .toCompletableFuture()
                    .join();
            assertThat(Digests.sha256(object)).isEqualTo(image.getSha256());
        }
    }

    private void await(BooleanSupplier condition, Process... running) {
        Waits.until(
                Waits.atMost(PATIENCE)
                        .failFast(() -> assertThat(running).as(this::state).allMatch(Process::isAlive)),
                () -> {
                    events.poll();
                    return condition.getAsBoolean();
                },
                this::state);
    }

    private String state() {
        return events.completions.size() + " completions, " + events.failures + ", progress of "
                + events.progress.size() + "; " + logs();
    }

    private String logs() {
        try (Stream<Path> files = Files.list(folder)) {
            StringBuilder logs = new StringBuilder();
            for (Path file : files.filter(path -> path.toString().endsWith(".log"))
                    .sorted()
                    .toList()) {
                List<String> lines = Files.readAllLines(file);
                logs.append(file.getFileName())
                        .append(":\n")
                        .append(String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size())))
                        .append('\n');
            }
            return logs.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGKILL: no shutdown hook runs, no transaction ends, nobody leaves the group. */
    private static void kill(Process worker) throws InterruptedException {
        worker.destroyForcibly();
        worker.waitFor();
    }

    private static void deleteRecursively(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
