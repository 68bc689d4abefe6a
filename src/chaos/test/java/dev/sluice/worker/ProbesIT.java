package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.Waits;
import dev.sluice.chaos.surroundings.S3Fault;
import dev.sluice.chaos.surroundings.Surroundings;
import dev.sluice.cli.Addresses;
import dev.sluice.cli.CommandRun;
import dev.sluice.cli.EventWatcher;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an orchestrator of containers sees of a worker: its probes, and how it stops. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class ProbesIT {
    private static final Path BUNDLE = Path.of("models/bundles/glyphs-adm").toAbsolutePath();
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration GRACE = Duration.ofSeconds(60);

    @TempDir
    private static Path folder = Path.of("");

    private Surroundings around;
    private Addresses addresses;

    @BeforeAll
    void startSurroundings() throws InterruptedException {
        around = Surroundings.start(folder.resolve("around"));
        addresses = new Addresses(
                around.broker().bootstrapServers(),
                around.registry().directUrl().toString(),
                Surroundings.TOPICS);
    }

    @AfterAll
    void stopSurroundings() {
        around.close();
    }

    @Test
    void drainsOnSigtermAndEndsInTime() throws IOException, InterruptedException {
        try (WorkerProgram worker = start("drained", Map.of("shutdown.grace", GRACE.toSeconds() + "s"));
                EventWatcher events = new EventWatcher(addresses)) {
            worker.awaitStatus("/health/ready", 200, PATIENCE);
            List<String> asked =
                    IntStream.range(0, 8).mapToObj(i -> "drained-" + i).toList();
            asked.forEach(id -> submit(id, 200));
            awaitInside(worker, asked.size());

            Instant told = Instant.now();
            worker.terminate();
            worker.awaitStatus("/health/ready", 503, PATIENCE);
            assertThat(worker.status("/health/started")).isEqualTo(200);
            assertThat(worker.status("/health/live")).isEqualTo(200);
            OptionalInt status = worker.awaitExit(GRACE.plusSeconds(20));

            assertThat(status).as(worker.said()).hasValue(0);
            assertThat(worker.said()
                            .lines()
                            .filter(line -> line.contains("joins its group")
                                    || line.contains("is up")
                                    || line.contains("event=worker_ready")))
                    .as("is up once it takes requests")
                    .hasSize(3)
                    .last()
                    .asString()
                    .doesNotContain("joins");
            List<GenerationCompleted> completed = outcomes(events, asked.size());
            assertThat(completed)
                    .extracting(GenerationCompleted::getRequestId)
                    .containsExactlyInAnyOrderElementsOf(asked);
            assertThat(completed)
                    .as("settled while draining")
                    .anyMatch(event -> event.getTimings().getFinishedAt().isAfter(told.plusMillis(500)));
            assertThat(completed)
                    .allSatisfy(event -> assertThat(event.getImages())
                            .allSatisfy(image -> assertThat(folder.resolve("around/s3")
                                            .resolve(image.getBucket())
                                            .resolve(image.getKey()))
                                    .hasSize(image.getSizeBytes())));
        }
    }

    @Test
    void isAliveFromTheStartAndStartedOnceItsBundlesAreWarm() throws IOException, InterruptedException {
        around.broker().proxy().cut();
        try (WorkerProgram worker = start("started", Map.of())) {
            worker.awaitStatus("/health/started", 503, PATIENCE);
            assertThat(worker.status("/health/ready")).isEqualTo(503);
            assertThat(worker.body("/health/started")).startsWith("no\nthe worker is starting");
            assertThat(worker.status("/health/live")).isEqualTo(200);

            around.broker().proxy().heal();

            worker.awaitStatus("/health/started", 200, PATIENCE);
            worker.awaitStatus("/health/ready", 200, PATIENCE);
            assertThat(worker.status("/health/live")).isEqualTo(200);
            worker.awaitSaid("event=worker_ready seconds=", PATIENCE);
            assertThat(worker.said()
                            .lines()
                            .filter(line -> line.contains("event=start_step") && line.contains("state=done")))
                    .as(worker.said())
                    .extracting(line -> line.replaceAll(".* step=(\\w+) .*", "$1"))
                    .containsSubsequence("verifying", "checking", "warming", "joining");
        } finally {
            around.broker().proxy().heal();
        }
    }

    @Test
    void staysAliveWithoutBrokerRegistryAndStore() throws IOException, InterruptedException {
        // The broker is gone before the first heartbeat.
        try (WorkerProgram worker = start(
                "alone",
                Map.of(
                        "kafka.properties.heartbeat.interval.ms",
                        "12000",
                        "kafka.properties.session.timeout.ms",
                        "40000"))) {
            worker.awaitStatus("/health/ready", 200, PATIENCE);
            submit("alone-0", 100);
            awaitInside(worker, 1);

            around.faultyS3().inject(S3Fault.DOWN, 1000);
            around.registry().proxy().cut();
            around.broker().proxy().cut();

            for (int look = 0; look < 20; look++) {
                assertThat(worker.status("/health/live")).as(worker.said()).isEqualTo(200);
                assertThat(worker.status("/health/started")).isEqualTo(200);
                Thread.sleep(500);
            }
            worker.awaitBody("/health/ready", "no heartbeat to Kafka", PATIENCE);
            around.heal();
            worker.awaitStatus("/health/ready", 200, PATIENCE);
        } finally {
            around.heal();
        }
    }

    private WorkerProgram start(String name, Map<String, String> settings) throws IOException {
        Map<String, String> all = new HashMap<>(around.workerSettings(BUNDLE));
        all.put("worker.id", name);
        all.put("application.id", name);
        all.putAll(settings);
        return WorkerProgram.start(Files.createDirectories(folder.resolve(name)), all);
    }

    private void submit(String id, int steps) {
        CommandRun run = CommandRun.of(
                "submit",
                "--kafka",
                addresses.kafka(),
                "--registry",
                addresses.registry(),
                "--label",
                "seven",
                "--steps",
                String.valueOf(steps),
                "--id",
                id);
        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    private static void awaitInside(WorkerProgram worker, int images) {
        Waits.atMost(PATIENCE)
                .untilAsserted(() -> assertThat(worker.metric("sluice_engine_images_inside"))
                        .as(worker::said)
                        .isGreaterThanOrEqualTo(images));
    }

    /** The completions among so many outcomes; fails where there are fewer. */
    private static List<GenerationCompleted> outcomes(EventWatcher events, int many) {
        List<SpecificRecord> outcomes = new ArrayList<>();
        Waits.atMost(PATIENCE).untilAsserted(() -> {
            events.poll(Duration.ofMillis(200)).stream()
                    .filter(event -> event instanceof GenerationCompleted || event instanceof GenerationFailed)
                    .forEach(outcomes::add);
            assertThat(outcomes).hasSizeGreaterThanOrEqualTo(many);
        });
        assertThat(outcomes).hasSize(many).hasOnlyElementsOfType(GenerationCompleted.class);
        return outcomes.stream().map(GenerationCompleted.class::cast).toList();
    }
}
