package dev.sluice.standalone;

import static dev.sluice.DocumentedJson.assertDocumented;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.Waits;
import dev.sluice.cli.AwaitedEvent;
import dev.sluice.cli.CommandRun;
import dev.sluice.cli.EventWatcher;
import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.GenerationFailed;
import dev.sluice.events.v1.GenerationFailureCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole path through the commands that users type, over a real broker, registry and S3 server. */
class StandaloneIT {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Map<String, String> SETTINGS = Map.of(
            "bundles",
            "models/bundles/glyphs-adm",
            "engine.batch-size",
            "4",
            "engine.guide-batch-size",
            "4",
            "price.overhead-interval",
            "1s");

    @TempDir
    private Path folder = Path.of("");

    @Test
    void servesSubmittedRequestsAndGoesOnAfterARestart() throws IOException, InterruptedException {
        try (StandaloneStack stack = start()) {
            CommandRun good = submit(stack, "--label", "seven", "--steps", "10", "--id", "first");
            assertThat(good.exitCode()).as(good.err()).isZero();
            assertThat(good.out()).contains("first  completed", "s3://sluice/images/");

            showsThePictureThatWasMade(stack);

            CommandRun refused = submit(stack, "--label", "eleven", "--steps", "10");
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.out()).contains("LABEL_UNKNOWN", "prompt.label");

            CommandRun cfg = submit(
                    stack,
                    "--label",
                    "two",
                    "--steps",
                    "10",
                    "--guidance",
                    "classifier-free",
                    "--scale",
                    "2",
                    "--schedule",
                    "compress",
                    "--guided",
                    "2",
                    "--images",
                    "3",
                    "--json");
            JsonNode completed =
                    new JsonMapper().readTree(cfg.out().lines().findFirst().orElseThrow());
            assertThat(completed.get("images")).hasSize(3);
            assertThat(completed.at("/evaluations/conditional").intValue()).isEqualTo(30);
            assertThat(completed.at("/evaluations/unconditional").intValue()).isEqualTo(6);
            assertThat(completed.at("/evaluations/skipped").intValue()).isEqualTo(24);
            assertThat(completed.at("/calls/size").asText()).isEqualTo("CONSTANT");
            assertThat(completed.at("/calls/rowsPerCall").intValue()).isEqualTo(4);
            assertThat(get(stack, "/health/ready").statusCode()).isEqualTo(200);
            assertThat(get(stack, "/metrics").body())
                    .contains(
                            "sluice_call_size{model=\"glyphs-adm\",network=\"denoiser\"} 4.0",
                            "sluice_rows_padding_busy_total")
                    .contains("sluice_rows_total", "sluice_request_age_seconds_count{outcome=\"COMPLETED\"}");
        }
        try (StandaloneStack stack = start()) {
            CommandRun again = submit(stack, "--label", "seven", "--steps", "10", "--id", "second");
            assertThat(again.exitCode()).as(again.err()).isZero();
            showsWhatBecameOfAUsedId(stack);
            givesUpOnARegistryThatIsAway(stack);
        }
    }

    /** Uses the addresses that a standalone prints, and nothing of its store. */
    private void showsThePictureThatWasMade(StandaloneStack stack) throws IOException, InterruptedException {
        Path out = folder.resolve("pictures");
        CommandRun made = submit(stack, "--label", "two", "--steps", "5", "--id", "shown", "--out", out.toString());
        assertThat(made.exitCode()).as(made.err()).isZero();
        assertThat(made.out()).contains("saved " + out.resolve("shown-0.png"));
        byte[] png = Files.readAllBytes(out.resolve("shown-0.png"));
        assertThat(ImageIO.read(new ByteArrayInputStream(png)).getWidth()).isEqualTo(32);
        assertThat(new JsonMapper()
                        .readTree(Files.readString(out.resolve("shown-0.json")))
                        .get("label")
                        .textValue())
                .isEqualTo("two");

        CommandRun found = command(stack, "get", Stream.of("shown", "--link", "--expires", "5m", "--json"));
        assertThat(found.exitCode()).as(found.err()).isZero();
        assertDocumented("get", found.out());
        JsonNode json = new JsonMapper().readTree(found.out());
        assertThat(json.get("state").textValue()).isEqualTo("completed");
        assertThat(json.get("charges")).hasSize(1);
        URI link = URI.create(json.at("/files/0/link").textValue());
        assertThat(fetch(link)).isEqualTo(png);
        assertThat(fetch(URI.create(link.toString().replace("X-Amz-Expires=300", "X-Amz-Expires=301"))))
                .isNotEqualTo(png);

        CommandRun both = command(stack, "get", Stream.of("shown", "nobody"));
        assertThat(both.exitCode()).isEqualTo(3);
        assertThat(both.out()).contains("shown  completed at ", "nobody  unknown");
    }

    private static byte[] fetch(URI link) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(link).build(), HttpResponse.BodyHandlers.ofByteArray())
                    .body();
        }
    }

    private static void showsWhatBecameOfAUsedId(StandaloneStack stack) {
        CommandRun same = submit(stack, "--label", "seven", "--steps", "10", "--id", "first");
        assertThat(same.exitCode()).as(same.err()).isZero();
        assertThat(same.out())
                .contains("first  had its outcome already, at ", "first  completed", "s3://sluice/images/");

        CommandRun other = submit(stack, "--label", "three", "--steps", "10", "--id", "first");
        assertThat(other.exitCode()).isEqualTo(1);
        assertThat(other.err()).contains("first  has no outcome; its record is a dead letter: ");
        assertThat(other.out()).isEmpty();
    }

    private static void givesUpOnARegistryThatIsAway(StandaloneStack stack) throws IOException {
        long started = System.nanoTime();
        CommandRun away;
        try (ServerSocket mute = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
            away = CommandRun.of(
                    "submit",
                    "--label",
                    "seven",
                    "--timeout",
                    "2",
                    "--kafka",
                    stack.addresses().kafka(),
                    "--registry",
                    "http://127.0.0.1:" + mute.getLocalPort());
        }

        assertThat(away.exitCode()).isEqualTo(1);
        assertThat(away.err())
                .startsWith("Somebody listens, but doesn't answer as a schema registry: http://127.0.0.1:")
                .contains(": no answer in time. --registry says where it is.");
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void servesClassesTextsAndStagesSideBySide() throws IOException, InterruptedException {
        Map<String, String> settings = new HashMap<>(SETTINGS);
        settings.put(
                "bundles",
                "models/bundles/glyphs-adm,src/core/test/resources/bundles/tiny-latent,"
                        + "src/core/test/resources/bundles/tiny-cascade");
        try (StandaloneStack stack = start(settings)) {
            CommandRun classes = submit(stack, "--label", "seven", "--steps", "5");
            assertThat(classes.exitCode()).as(classes.err()).isZero();

            List<String> text = List.of(
                    "--model",
                    "tiny-latent",
                    "--text",
                    "a red circle, 日本語 🎉",
                    "--negative",
                    "a blue square",
                    "--steps",
                    "10",
                    "--sampler",
                    "ddim",
                    "--guidance",
                    "classifier-free",
                    "--scale",
                    "3",
                    "--schedule",
                    "compress",
                    "--guided",
                    "2",
                    "--images",
                    "2",
                    "--json");
            JsonNode latent = completed(submit(stack, text.toArray(String[]::new)));
            assertThat(latent.at("/evaluations/conditional").intValue()).isEqualTo(20);
            assertThat(latent.at("/evaluations/unconditional").intValue()).isEqualTo(4);
            assertThat(latent.at("/evaluations/text").intValue()).isEqualTo(2);
            assertThat(latent.at("/evaluations/decoding").intValue()).isEqualTo(2);
            assertThat(latent.at("/calls/decoderRowsPerCall").intValue()).isPositive();
            assertThat(latent.at("/calls/guideRowsPerCall").intValue()).isZero();
            JsonNode again = completed(submit(stack, text.toArray(String[]::new)));
            assertThat(again.at("/evaluations/text").intValue()).isZero();

            JsonNode cascade = completed(submit(
                    stack,
                    "--model",
                    "tiny-cascade",
                    "--text",
                    "a green star",
                    "--steps",
                    "6",
                    "--guidance",
                    "classifier",
                    "--scale",
                    "2",
                    "--json"));
            assertThat(cascade.at("/evaluations/guide").intValue()).isEqualTo(6);
            assertThat(cascade.at("/evaluations/text").intValue()).isEqualTo(2);
            assertThat(cascade.at("/evaluations/upsampling").intValue()).isEqualTo(5);

            CommandRun refused = submit(stack, "--model", "tiny-latent", "--label", "seven", "--steps", "5");
            assertThat(refused.out()).contains("PROMPT_UNSUPPORTED", "prompt.label");
            assertThat(submit(stack, "--text", "a seven", "--steps", "5").out())
                    .contains("PROMPT_UNSUPPORTED", "prompt.text");
            assertThat(submit(stack, "--negative", "a seven").err()).contains("--negative needs a --text");
            assertThat(get(stack, "/metrics").body())
                    .contains(
                            "sluice_rows_total{model=\"tiny-latent\",network=\"decoder\"} 4.0",
                            "sluice_rows_total{model=\"tiny-cascade\",network=\"upsampler\"} 5.0");
        }
    }

    private static JsonNode completed(CommandRun run) throws IOException {
        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        return new JsonMapper().readTree(run.out().lines().findFirst().orElseThrow());
    }

    @Test
    void takesARequestBackOnCommand() throws InterruptedException {
        try (StandaloneStack stack = start();
                EventWatcher watcher = new EventWatcher(stack.addresses())) {
            CommandRun submitted =
                    command(stack, "submit", Stream.of("--label", "seven", "--steps", "1000", "--id", "slow"));
            assertThat(submitted.exitCode()).as(submitted.err()).isZero();
            CommandRun cancelled = command(stack, "cancel", Stream.of("slow", "--reason", "changed my mind"));
            assertThat(cancelled.exitCode()).as(cancelled.err()).isZero();

            GenerationFailed failure = awaitFailure(watcher);
            assertThat(failure.getRequestId()).isEqualTo("slow");
            assertThat(failure.getCode()).isEqualTo(GenerationFailureCode.CANCELLED);
            assertThat(failure.getMessage()).isEqualTo("changed my mind");
            CommandRun found = command(stack, "get", Stream.of("slow"));
            assertThat(found.exitCode()).isEqualTo(1);
            assertThat(found.out()).contains("slow  cancelled at ", ": changed my mind");
        }
    }

    private static GenerationFailed awaitFailure(EventWatcher watcher) {
        SpecificRecord outcome = AwaitedEvent.of(
                SpecificRecord.class,
                event -> event instanceof GenerationFailed || event instanceof GenerationCompleted,
                watcher,
                PATIENCE);
        assertThat(outcome).isInstanceOf(GenerationFailed.class);
        return (GenerationFailed) outcome;
    }

    @Test
    void demoMakesTheEvaluationsOfItsPlansAndSettlesEachRequestOnce() throws IOException {
        CommandRun run = CommandRun.of(
                "demo", "--quick", "--json", "--out", folder.resolve("demo").toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        JsonNode table = new JsonMapper().readTree(run.out());
        assertDocumented("demo", table);
        assertThat(table.get("requests").intValue()).isEqualTo(32);
        assertThat(table.get("settled").intValue()).isEqualTo(32);
        assertThat(table.get("evaluationsCounted").longValue()).isEqualTo(2184);
        assertThat(table.get("evaluationsPlanned").longValue()).isEqualTo(2184);
        assertThat(table.get("lines")).hasSize(8);
        assertThat(folder.resolve("demo/contact-sheet.png")).isNotEmptyFile();
    }

    private StandaloneStack start() throws InterruptedException {
        return start(SETTINGS);
    }

    private StandaloneStack start(Map<String, String> settings) throws InterruptedException {
        StandaloneStack stack = StandaloneStack.start(folder.resolve("data"), StandalonePorts.FREE, settings);
        Waits.atMost(PATIENCE).until(stack.worker()::ready);
        return stack;
    }

    private static CommandRun submit(StandaloneStack stack, String... options) {
        return command(stack, "submit", Stream.concat(Stream.of("--wait", "--timeout", "120"), Stream.of(options)));
    }

    private static CommandRun command(StandaloneStack stack, String name, Stream<String> options) {
        Stream<String> fixed = Stream.of(
                name,
                "--kafka",
                stack.addresses().kafka(),
                "--registry",
                stack.addresses().registry());
        return CommandRun.of(Stream.concat(fixed, options).toArray(String[]::new));
    }

    private static HttpResponse<String> get(StandaloneStack stack, String path)
            throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + stack.worker().httpPort() + path);
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        }
    }
}
