package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.Waits;
import dev.sluice.cli.Main;
import dev.sluice.embedded.EmbeddedKafka;
import dev.sluice.embedded.EmbeddedS3;
import dev.sluice.embedded.EmbeddedSchemaRegistry;
import dev.sluice.events.v1.CostIncurred;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationProgressed;
import dev.sluice.events.v1.GenerationRequested;
import dev.sluice.events.v1.ImageObject;
import dev.sluice.storage.S3ImageStore;
import dev.sluice.wire.AvroSerializer;
import dev.sluice.wire.Topics;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills a worker in the middle of a long request, with checkpoints and without, and counts what its successor does again. */
@Timeout(300)
class CheckpointKillIT {
    private static final Path BUNDLE = Path.of("models", "bundles", "glyphs-adm");
    private static final int STEPS = 500;
    private static final int GUIDED = 50;
    private static final int KILL_AFTER = 250;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private Path folder;

    private final List<Process> workers = new ArrayList<>();
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
        Topics.DEFAULT.all().forEach(topic -> topics.put(topic, 1));
        kafka.createTopics(topics, Map.of());
        images = new S3ImageStore(LocalS3.settings(s3.endpoint()));
        events = new CommittedEvents(kafka.bootstrapServers(), registry.url().toString(), completion -> {});
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
    void aSuccessorGoesOnWithTheSameBits() throws Exception {
        int stepsBeforeTheKill = killInTheMiddle("killed", "300ms");

        startWorker("worker-2", "300ms");
        publish("undisturbed");
        await(() -> events.outcomes() == 2);

        CostIncurred cost = cost("killed");
        long lost = cost.getConditionalEvaluations() - (STEPS - stepsBeforeTheKill);
        System.out.printf(
                "killed after %d of %d steps: successor took %d, %d of them again%n",
                stepsBeforeTheKill, STEPS, cost.getConditionalEvaluations(), lost);
        assertThat(cost.getConditionalEvaluations()).isBetween(1L, STEPS - KILL_AFTER / 2L);
        assertThat(cost.getRows()).isEqualTo(cost.getConditionalEvaluations() + cost.getUnconditionalEvaluations());
        assertThat(completion("killed").getEvaluations())
                .isEqualTo(completion("undisturbed").getEvaluations());
        assertThat(cost("undisturbed").getConditionalEvaluations()).isEqualTo(STEPS);
        assertThat(pixels("killed")).isEqualTo(pixels("undisturbed"));
        await(() -> checkpointsLeft() == 0);
    }

    @Test
    void aSuccessorBeginsAnewWithoutCheckpoints() throws Exception {
        killInTheMiddle("killed", "");

        startWorker("worker-2", "");
        await(() -> events.outcomes() == 1);

        assertThat(cost("killed").getConditionalEvaluations()).isEqualTo(STEPS);
        assertThat(checkpointsLeft()).isZero();
    }

    /** Steps that the dead worker is known to have taken. */
    private int killInTheMiddle(String requestId, String every) throws Exception {
        Process victim = startWorker("worker-1", every);
        publish(requestId);
        await(() -> steps() >= KILL_AFTER);
        kill(victim);
        events.poll();
        assertThat(events.outcomes()).isZero();
        return steps();
    }

    private int steps() {
        return events.progress.stream()
                .mapToInt(GenerationProgressed::getStep)
                .max()
                .orElse(0);
    }

    private Process startWorker(String name, String every) throws IOException {
        Path config = folder.resolve(name + ".yaml");
        Files.writeString(
                config,
                String.join(
                        "\n",
                        "bundles: " + BUNDLE.toAbsolutePath(),
                        "worker.id: " + name,
                        "engine.batch-size: 4",
                        "engine.guide-batch-size: 2",
                        "engine.progress-interval: 100ms",
                        "checkpoint.every: '" + every + "'",
                        "kafka.bootstrap-servers: " + kafka.bootstrapServers(),
                        "registry.url: " + registry.url(),
                        "s3.endpoint: " + s3.endpoint(),
                        "s3.path-style: true",
                        "s3.client: netty",
                        "s3.bucket: " + LocalS3.BUCKET,
                        "s3.access-key: " + LocalS3.ACCESS_KEY,
                        "s3.secret-key: " + LocalS3.SECRET_KEY,
                        "http.port: 0",
                        "state-directory: " + folder.resolve("state-" + name),
                        "kafka.properties.session.timeout.ms: 6000",
                        "kafka.properties.heartbeat.interval.ms: 2000",
                        "kafka.properties.transaction.timeout.ms: 10000"));
        Process worker = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx768m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "worker",
                        "--config",
                        config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile())
                .start();
        workers.add(worker);
        return worker;
    }

    private void publish(String requestId) throws Exception {
        GenerationRequested request = Requests.plain(requestId)
                .setModel("glyphs-adm")
                .setPrompt(Requests.label("seven"))
                .setSeed(7)
                .setSampler(Requests.steps(STEPS))
                .setGuidance(Requests.guidance(Requests.SCALE, Requests.compress(GUIDED, 1)))
                .build();
        try (AvroSerializer<GenerationRequested> serializer = new AvroSerializer<>();
                KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers()),
                        new StringSerializer(),
                        new ByteArraySerializer())) {
            serializer.configure(Map.of("schema.registry.url", registry.url().toString()), false);
            String topic = Topics.DEFAULT.requests();
            producer.send(new ProducerRecord<>(topic, requestId, serializer.serialize(topic, request)))
                    .get();
        }
    }

    private GenerationCompleted completion(String requestId) {
        return events.completions.stream()
                .filter(event -> event.getRequestId().equals(requestId))
                .findFirst()
                .orElseThrow();
    }

    private CostIncurred cost(String requestId) {
        await(() -> events.costs.stream().anyMatch(event -> requestId.equals(event.getRequestId())));
        return events.costs.stream()
                .filter(event -> requestId.equals(event.getRequestId()))
                .findFirst()
                .orElseThrow();
    }

    private int[] pixels(String requestId) throws IOException {
        ImageObject image = completion(requestId).getImages().getFirst();
        byte[] png = images.get(image.getBucket(), image.getKey())
                .toCompletableFuture()
                .join();
        BufferedImage decoded = ImageIO.read(new ByteArrayInputStream(png));
        return decoded.getRGB(0, 0, decoded.getWidth(), decoded.getHeight(), null, 0, decoded.getWidth());
    }

    /** Objects in the bucket beside the images. What the worker wrote there to see, before it began, whether it may, is none. */
    private long checkpointsLeft() {
        try (var files = Files.walk(folder.resolve("s3"))) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.toString().contains("checkpoints"))
                    .filter(file -> !file.toString().endsWith("startup-check"))
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void await(BooleanSupplier condition) {
        Waits.until(
                Waits.atMost(PATIENCE),
                () -> {
                    events.poll();
                    return condition.getAsBoolean();
                },
                () -> events.completions.size() + " completions, " + events.failures + ", step " + steps() + "; "
                        + logs());
    }

    private String logs() {
        StringBuilder logs = new StringBuilder();
        for (String name : List.of("worker-1.log", "worker-2.log")) {
            try {
                List<String> lines = Files.readAllLines(folder.resolve(name));
                logs.append(String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size())));
            } catch (IOException e) {
                logs.append(name).append(": ").append(e.getMessage());
            }
            logs.append('\n');
        }
        return logs.toString();
    }

    private static void kill(Process worker) throws InterruptedException {
        worker.destroyForcibly();
        worker.waitFor();
    }
}
