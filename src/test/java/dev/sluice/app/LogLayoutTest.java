package dev.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.apache.logging.log4j.message.SimpleMessage;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

/** What the worker's log makes of text from outside. */
class LogLayoutTest {
    @Test
    void noLineOfAMessagePassesForAnEvent() throws Exception {
        List<String> lines = logged("dead_letter reason=\"x\n2026-01-01T00:00:00.000Z ERROR Worker [main] forged\"")
                .lines()
                .toList();

        assertThat(lines).hasSize(2);
        assertThat(lines.getFirst()).endsWith("dead_letter reason=\"x");
        assertThat(lines.getLast()).startsWith("    2026-01-01");
    }

    @Test
    void noMessageSteersTheTerminal() throws Exception {
        assertThat(logged("a\u001b[2Jb\rc\u009bd\u202ee\tf日本")).endsWith("a?[2Jb?c?d?e\tf日本" + System.lineSeparator());
    }

    private static String logged(String message) throws Exception {
        try (InputStream file = LogLayoutTest.class.getResourceAsStream("/log4j2.xml")) {
            Element layout = (Element) DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(file)
                    .getElementsByTagName("PatternLayout")
                    .item(0);
            return PatternLayout.newBuilder()
                    .withPattern(layout.getAttribute("pattern"))
                    .build()
                    .toSerializable(Log4jLogEvent.newBuilder()
                            .setLoggerName("dev.sluice.stream.DeadLetters")
                            .setLevel(Level.WARN)
                            .setThreadName("main")
                            .setMessage(new SimpleMessage(message))
                            .build());
        }
    }
}
