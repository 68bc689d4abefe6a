package dev.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole path through the commands that users type, over a real broker, registry and S3 server. */
class StandaloneIT {
    private static final Map<String, String> SETTINGS = Map.of(
            "bundles",
            "models/bundles/glyphs-adm",
            "engine.rows-per-call",
            "4",
            "engine.guide-rows-per-call",
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
        }
    }

    @Test
    void demoMakesTheEvaluationsOfItsPlansAndSettlesEachRequestOnce() throws IOException {
        CommandRun run = CommandRun.of(
                "demo", "--quick", "--json", "--out", folder.resolve("demo").toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        JsonNode table = new JsonMapper().readTree(run.out());
        assertThat(table.get("requests").intValue()).isEqualTo(32);
        assertThat(table.get("settled").intValue()).isEqualTo(32);
        assertThat(table.get("evaluationsCounted").longValue()).isEqualTo(1092);
        assertThat(table.get("evaluationsPlanned").longValue()).isEqualTo(1092);
        assertThat(table.get("lines")).hasSize(8);
        assertThat(folder.resolve("demo/contact-sheet.png")).isNotEmptyFile();
    }

    private StandaloneStack start() throws InterruptedException {
        StandaloneStack stack = StandaloneStack.start(folder.resolve("data"), StandalonePorts.FREE, SETTINGS);
        long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!stack.worker().ready() && System.nanoTime() < end) {
            Thread.sleep(50);
        }
        return stack;
    }

    private static CommandRun submit(StandaloneStack stack, String... options) {
        String[] fixed = {
            "submit",
            "--wait",
            "--timeout",
            "120",
            "--kafka",
            stack.addresses().kafka(),
            "--registry",
            stack.addresses().registry()
        };
        String[] all = new String[fixed.length + options.length];
        System.arraycopy(fixed, 0, all, 0, fixed.length);
        System.arraycopy(options, 0, all, fixed.length, options.length);
        return CommandRun.of(all);
    }

    private static HttpResponse<String> get(StandaloneStack stack, String path)
            throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + stack.worker().httpPort() + path);
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        }
    }
}
