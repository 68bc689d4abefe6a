package dev.sluice.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.Waits;
import dev.sluice.chaos.checker.CheckerProcess;
import dev.sluice.chaos.checker.Verdict;
import dev.sluice.chaos.surroundings.Surroundings;
import dev.sluice.events.v1.GenerationRequested;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each fault by itself, while two workers serve requests; then the checker's verdict over all of it. They share broker,
 * registry, S3 and workers, as the faults of a deployment do.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(300)
class FaultsIT {
    private static final long SEED = 7;
    private static final Path BUNDLE =
            Path.of("models", "bundles", "glyphs-adm").toAbsolutePath();
    private static final int BEFORE = 12;
    private static final int AFTER = 6;
    private static final int STEPS = 4;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** Faults whose victims may fail, as long as they say so. */
    private static final Set<String> FAIL_THEIR_VICTIMS = Set.of("device-failure", "device-memory");
    /** A worker notices a full disk when a store has something to write there, which may be long after. */
    private static final Set<String> MAY_GO_UNNOTICED = Set.of("disk-full");

    private Path folder;
    private Surroundings around;
    private Stage stage;

    @BeforeAll
    void startWorkers() throws IOException, InterruptedException {
        folder = Files.createTempDirectory("sluice-faults-");
        around = Surroundings.start(folder);
        stage = Stage.open(around, new ChaosPlan(1, Duration.ofMinutes(1), SEED, 2, List.of(), BUNDLE, folder));
        stage.fleet().join("worker-1");
        stage.fleet().join("worker-2");
        assertThat(stage.fleet().awaitReady(PATIENCE))
                .as("ready; see %s", folder)
                .isTrue();
    }

    @AfterAll
    void stopAll() throws IOException {
        stage.close();
        around.close();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    static List<Fault> faults() {
        return Faults.ALL;
    }

    @Order(1)
    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void completesWhatWasAskedBeforeAndAfter(Fault fault) throws InterruptedException {
        assertThat(stage.fleet().awaitReady(PATIENCE)).as("ready before").isTrue();
        List<String> asked = new ArrayList<>(ask(BEFORE));

        boolean hit = Strikes.whileAsking(
                () -> fault.strike(stage.arena(Tempo.SHORT), new SplittableRandom(SEED)), () -> asked.addAll(ask(1)));
        asked.addAll(ask(AFTER));

        assertThat(hit || MAY_GO_UNNOTICED.contains(fault.name()))
                .as("%s hit", fault)
                .isTrue();
        requireSettled();
        if (!FAIL_THEIR_VICTIMS.contains(fault.name())) {
            assertThat(asked)
                    .allSatisfy(id -> assertThat(stage.watch().completed(id))
                            .as("%s completed", id)
                            .isTrue());
        }
        assertThat(stage.fleet().awaitReady(PATIENCE)).as("ready after").isTrue();
    }

    @Order(2)
    @ParameterizedTest
    @EnumSource
    void sendsWhatNobodyCanReadToTheDeadLetters(Poison kind) throws InterruptedException {
        stage.publisher().publish(stage.traffic().poison(kind));
        List<String> behind = ask(AFTER);

        requireSettled();
        assertThat(behind).allMatch(stage.watch()::completed);
    }

    @Test
    @Order(2)
    void answersARequestThatCameAHundredTimesOnce() throws InterruptedException {
        stage.traffic().repeated(100).forEach(stage.publisher()::publish);

        requireSettled();
    }

    @Test
    @Order(2)
    void sendsAnotherRequestUnderAUsedIdToTheDeadLetters() throws InterruptedException {
        stage.traffic().conflicting().forEach(stage.publisher()::publish);

        requireSettled();
    }

    @Test
    @Order(2)
    void cancelsARequestWhoseCancellationCameFirst() throws InterruptedException, ExecutionException {
        GenerationRequested event = stage.traffic().request(STEPS).build();
        stage.publisher().publish(Delivery.cancel(event, List.of("CANCELLED")));
        stage.publisher().flush();
        awaitConsumed(Surroundings.TOPICS.cancellations());

        stage.publisher().publish(Delivery.request(event, List.of("CANCELLED")));

        requireSettled();
        assertThat(stage.watch().completed(event.getRequestId())).isFalse();
    }

    @Test
    @Order(2)
    void leavesACompletedRequestAsItIsWhenItIsCancelled() throws InterruptedException {
        GenerationRequested event = stage.traffic().request(1).build();
        stage.publisher().publish(Delivery.request(event, ChaosTraffic.SOUND));
        requireSettled();

        stage.publisher().publish(Delivery.cancel(event, ChaosTraffic.SOUND));

        ask(AFTER);
        requireSettled();
    }

    /** Last, over everything that went before. */
    @Test
    @Order(3)
    void keptEveryPromise() throws InterruptedException {
        assertThat(stage.fleet().leaveAll(PATIENCE))
                .as("workers that left badly")
                .isZero();
        assertThat(stage.recoverDeviceTime()).as("workers that left badly").isZero();

        Verdict verdict = CheckerProcess.check(stage.checkerInput(), folder);

        assertThat(verdict.ok()).as(verdict.summary()).isTrue();
        assertThat(stage.publisher().refused()).isZero();
    }

    /** Publishes sound requests with a deadline that nobody misses, unless a clock is wrong. */
    private List<String> ask(int requests) {
        List<String> ids = new ArrayList<>();
        for (int request = 0; request < requests; request++) {
            GenerationRequested event = stage.traffic()
                    .request(STEPS)
                    .setDeadline(Instant.now().plus(Duration.ofMinutes(30)))
                    .build();
            stage.publisher().publish(Delivery.request(event, ChaosTraffic.SOUND));
            ids.add(event.getRequestId());
        }
        return ids;
    }

    private void requireSettled() throws InterruptedException {
        assertThat(stage.watch().awaitNone(PATIENCE))
                .as("settled; still due are %s", stage.watch().examples(10))
                .isTrue();
    }

    private void awaitConsumed(String topic) throws InterruptedException, ExecutionException {
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", around.broker().bootstrapServers()))) {
            Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
            int partitions = admin.describeTopics(List.of(topic))
                    .topicNameValues()
                    .values()
                    .iterator()
                    .next()
                    .get()
                    .partitions()
                    .size();
            for (int partition = 0; partition < partitions; partition++) {
                latest.put(new TopicPartition(topic, partition), OffsetSpec.latest());
            }
            var ends = admin.listOffsets(latest).all().get();
            Waits.atMost(PATIENCE).ignoreException(ExecutionException.class).until(() -> {
                var committed = admin.listConsumerGroupOffsets(Surroundings.APPLICATION_ID)
                        .partitionsToOffsetAndMetadata()
                        .get();
                return ends.entrySet().stream()
                        .filter(end -> end.getValue().offset() > 0)
                        .allMatch(end -> committed.containsKey(end.getKey())
                                && committed.get(end.getKey()).offset()
                                        >= end.getValue().offset());
            });
        }
    }
}
