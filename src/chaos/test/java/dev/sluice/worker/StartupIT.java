package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.chaos.surroundings.Surroundings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers that must not start say why, all of it, and take no part in the group. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class StartupIT {
    private static final Path BUNDLE = Path.of("models/bundles/glyphs-adm").toAbsolutePath();
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int SIGTERM_STATUS = 128 + 15;

    @TempDir
    private static Path folder = Path.of("");

    private Surroundings around;

    @BeforeAll
    void startSurroundings() throws InterruptedException {
        around = Surroundings.start(folder.resolve("around"));
    }

    @AfterAll
    void stopSurroundings() {
        around.close();
    }

    @Test
    void listsEverythingThatIsWrongAtOnce() throws Exception {
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic("three", Optional.of(3), Optional.empty())))
                    .all()
                    .get();
        }
        Path broken = Files.createDirectory(folder.resolve("broken"));
        Files.writeString(broken.resolve("bundle.json"), "{}");

        String said = failedStart(
                "everything",
                Map.of(
                        "rows-per-call", "8",
                        "settle.interval", "soon",
                        "bundles", folder.resolve("nowhere") + "," + broken + "," + BUNDLE,
                        "s3.bucket", "no-such-bucket",
                        "topics.cancellations", "three",
                        "topics.progress", "not-there",
                        "price.per-device-second", "0",
                        "prices",
                                "[{\"sku\":\"cpu\",\"per-device-second\":0.5,\"currency\":\"USD\","
                                        + "\"from\":\"2020-01-01\",\"to\":\"2020-02-01\"}]"));

        assertThat(said)
                .contains("the worker can't start; there are ")
                .contains("rows-per-call: no such key; did you mean engine.batch-size?")
                .contains("settle.interval: must be a duration")
                .contains("bundle " + folder.resolve("nowhere") + ": cannot read bundle.json")
                .contains("bundle " + broken + ": cannot read bundle.json")
                .contains("prices: no price holds now (")
                .contains("for bundle glyphs-adm")
                .contains("s3.bucket: there is no no-such-bucket")
                .contains("topics: there is no topic not-there")
                .contains(
                        "generation.requests has 4 partitions and three has 3 partitions; they must have equally many")
                .doesNotContain("Exception");
    }

    @Test
    void saysThatItMayNotWrite() throws Exception {
        assertThat(failedStart("forbidden", Map.of("s3.secret-key", "somebody-elses")))
                .contains("there is 1 problem", "s3.bucket: no permission for images")
                .doesNotContain("somebody-elses");
    }

    @Test
    void saysThatNobodyAnswersOnceItsPatienceIsUsedUp() throws Exception {
        assertThat(failedStart(
                        "nobody",
                        Map.of(
                                "startup.patience", "2s",
                                "s3.endpoint", "http://127.0.0.1:1",
                                "kafka.bootstrap-servers", "127.0.0.1:1")))
                .contains("there are 2 problems")
                .contains("s3.endpoint: http://127.0.0.1:1 can't be reached")
                .contains("kafka.bootstrap-servers: no broker answers");
    }

    @Test
    void endsAtOnceWhereItIsToldToStopInTheMeantime() throws Exception {
        Map<String, String> settings = new HashMap<>(around.workerSettings(BUNDLE));
        settings.put("application.id", "hurried");
        settings.put("startup.patience", PATIENCE.multipliedBy(2).toSeconds() + "s");
        settings.put("s3.endpoint", "http://127.0.0.1:1");
        try (WorkerProgram worker = WorkerProgram.start(folder.resolve("hurried"), settings)) {
            worker.awaitStatus("/health/live", 200, PATIENCE);
            worker.terminate();
            assertThat(worker.awaitExit(PATIENCE)).as(worker.said()).hasValue(SIGTERM_STATUS);
        }
    }

    /** What a worker said that ended with 1 and was never a member of its group. */
    private String failedStart(String name, Map<String, String> settings) throws Exception {
        Map<String, String> all = new HashMap<>(around.workerSettings(BUNDLE));
        all.put("application.id", name);
        all.putAll(settings);
        try (WorkerProgram worker = WorkerProgram.start(folder.resolve(name), all)) {
            assertThat(worker.awaitExit(PATIENCE)).as(worker.said()).hasValue(1);
            assertThat(groupIsUnknown(name)).as("no member, ever").isTrue();
            return worker.said();
        }
    }

    private boolean groupIsUnknown(String group) throws InterruptedException {
        try (Admin admin = admin()) {
            admin.describeConsumerGroups(List.of(group)).all().get();
            return false;
        } catch (ExecutionException e) {
            return e.getCause() instanceof GroupIdNotFoundException;
        }
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", around.broker().bootstrapServers()));
    }
}
