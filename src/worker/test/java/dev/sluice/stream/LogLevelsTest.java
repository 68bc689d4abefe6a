package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.kafka.streams.processor.internals.RecordDeserializer;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What the program's own configuration of the log lets through. */
class LogLevelsTest {
    @Test
    void anUndecodableRecordCostsNoStackTrace() throws Exception {
        assertThat(levels())
                .containsEntry(RecordDeserializer.class.getName(), "ERROR")
                .containsEntry("dev.sluice", "${env:SLUICE_LOG_LEVEL:-${sys:sluice.log.level:-INFO}}");
    }

    private static Map<String, String> levels() throws Exception {
        NodeList loggers = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(Path.of("src/worker/main/resources/log4j2.xml").toFile())
                .getElementsByTagName("Logger");
        Map<String, String> levels = new HashMap<>();
        for (int i = 0; i < loggers.getLength(); i++) {
            Element logger = (Element) loggers.item(i);
            levels.put(logger.getAttribute("name"), logger.getAttribute("level"));
        }
        return levels;
    }
}
