package dev.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the worker's log makes of text from outside, in a process that logs as a worker does. */
class LogLayoutTest {
    private static final Logger LOG = LoggerFactory.getLogger(LogLayoutTest.class);

    /** The process. */
    public static void main(String[] arguments) {
        LOG.warn("dead_letter reason=\"{}\"", "x\n2026-01-01T00:00:00.000Z ERROR forged");
        LOG.warn("dead_letter reason=\"{}\"", "a\u001b[2Jb\rc\u009bd\u202ee\tf日本");
    }

    @Test
    void noMessageSteersTheTerminalOrPassesForAnotherEvent() throws IOException, InterruptedException {
        List<String> lines = logged();

        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).endsWith("dead_letter reason=\"x");
        assertThat(lines.get(1)).startsWith("    2026-01-01T00:00:00.000Z ERROR forged");
        assertThat(lines.get(2)).endsWith("dead_letter reason=\"a?[2Jb?c?d?e\tf日本\"");
    }

    private static List<String> logged() throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Dlog4j2.configurationFile=classpath:log4j2.xml",
                "-Dfile.encoding=UTF-8",
                "-Dstderr.encoding=UTF-8",
                "-cp",
                System.getProperty("java.class.path"),
                LogLayoutTest.class.getName());
        Process process = builder.redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return text.lines().toList();
    }
}
