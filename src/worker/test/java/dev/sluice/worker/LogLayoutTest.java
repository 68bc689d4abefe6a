package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.log.LogFormat;
import dev.sluice.log.LogOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The lines of a process that logs as a worker does. */
class LogLayoutTest {
    private static final Logger LOG = LoggerFactory.getLogger(LogLayoutTest.class);
    private static final Logger LIBRARY = LoggerFactory.getLogger("org.example.Library");

    /** The process. */
    public static void main(String[] arguments) {
        if (arguments.length > 0) {
            new LogOptions(LogFormat.valueOf(arguments[0]), LogOptions.Least.DEBUG).use();
        }
        LOG.warn("dead_letter reason=\"{}\"", "x\n2026-01-01T00:00:00.000Z ERROR forged\" level=error");
        LOG.info("event=measured rows={} share={} device={} slow={}", 8, 0.5, "gpu(0)", false);
        LOG.debug("chatter");
        LIBRARY.info("not worth a line");
        LIBRARY.warn("a\u001b[2Jb\rc\u009bd\u202ee\tf日本\nand a second line");
        LOG.error("call_failed rows={}", 2, new IllegalStateException("outer", new IOException("in\nner")));
        LOG.warn("Not an event with {}", "fields");
    }

    @Test
    void everyEventIsALineOfLogfmtUnlessToldOtherwise() throws IOException, InterruptedException {
        List<String> lines = logged(Map.of());

        assertThat(lines).hasSize(5);
        assertThat(lines.get(0))
                .matches("ts=\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z level=warn"
                        + " logger=dev.sluice.worker.LogLayoutTest thread=main event=dead_letter reason=\".*\"")
                .endsWith("reason=\"x\\n2026-01-01T00:00:00.000Z ERROR forged\\\" level=error\"");
        assertThat(lines.get(1)).endsWith("event=measured rows=8 share=0.5 device=gpu(0) slow=false");
        assertThat(lines.get(2))
                .endsWith("logger=org.example.Library thread=main event=library_message"
                        + " msg=\"a\\u001b[2Jb\\rc\\u009bd\\u202ee\\tf日本\\nand a second line\"");
        assertThat(lines.get(3))
                .contains("event=call_failed rows=2 error=\"java.lang.IllegalStateException: outer\" stack=\"")
                .contains("\\n\\tat dev.sluice.worker.LogLayoutTest.main(LogLayoutTest.java:")
                .contains("\\nCaused by: java.io.IOException: in\\nner\\n\\tat ");
        assertThat(lines.get(4)).endsWith("event=library_message msg=\"Not an event with fields\"");
    }

    @Test
    void theEnvironmentAsksForJson() throws IOException, InterruptedException {
        List<JsonNode> events = parsed(logged(Map.of("SLUICE_LOG_FORMAT", "json", "SLUICE_LOG_LEVEL", "WARN")));

        assertThat(events)
                .extracting(event -> event.path("event").asText())
                .containsExactly("dead_letter", "library_message", "call_failed", "library_message");
        assertThat(events)
                .allSatisfy(event -> assertThat(event.fieldNames())
                        .toIterable()
                        .startsWith("ts", "level", "logger", "thread", "event"));
        assertThat(events.get(0).path("reason").asText())
                .isEqualTo("x\n2026-01-01T00:00:00.000Z ERROR forged\" level=error");
        assertThat(events.get(1).path("msg").asText())
                .isEqualTo("a\u001b[2Jb\rc\u009bd\u202ee\tf日本\nand a second line");
        assertThat(events.get(2).path("rows").isInt()).isTrue();
        assertThat(events.get(2).path("stack").asText()).contains("\nCaused by: java.io.IOException: in\nner\n\tat ");
    }

    @Test
    void aWorkersConfigurationChangesFormatAndLevel() throws IOException, InterruptedException {
        List<JsonNode> events = parsed(logged(Map.of("SLUICE_LOG_LEVEL", "WARN"), "JSON"));

        assertThat(events)
                .extracting(event -> event.path("event").asText())
                .containsSubsequence("dead_letter", "measured", "chatter", "library_message");
        assertThat(events.get(1).path("share").asDouble()).isEqualTo(0.5);
        assertThat(events.get(1).path("slow").isBoolean()).isTrue();
    }

    private static List<JsonNode> parsed(List<String> lines) throws IOException {
        List<JsonNode> events = new ArrayList<>();
        for (String line : lines) {
            events.add(new JsonMapper().readTree(line));
        }
        return events;
    }

    private static List<String> logged(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Dlog4j2.configurationFile=classpath:log4j2.xml",
                "-cp",
                System.getProperty("java.class.path"),
                LogLayoutTest.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        Process process = builder.redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return text.lines().toList();
    }
}
