package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.streams.processor.internals.RecordDeserializer;
import org.apache.kafka.streams.processor.internals.StreamTask;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.config.xml.XmlConfiguration;
import org.junit.jupiter.api.Test;

/** What the program's own configuration of the log lets through. */
class LogLevelsTest {
    @Test
    void anUndecodableRecordCostsNoStackTrace() throws IOException {
        Configuration shipped = shipped();

        assertThat(shipped.getLoggerConfig(RecordDeserializer.class.getName()).getLevel())
                .isEqualTo(Level.ERROR);
        assertThat(shipped.getLoggerConfig(StreamTask.class.getName()).getLevel())
                .isEqualTo(Level.WARN);
        assertThat(shipped.getLoggerConfig(DeadLetters.class.getName()).getLevel())
                .isEqualTo(Level.INFO);
    }

    private static Configuration shipped() throws IOException {
        try (InputStream text = Files.newInputStream(Path.of("src/main/resources/log4j2.xml"))) {
            Configuration configuration =
                    new XmlConfiguration(new LoggerContext("shipped"), new ConfigurationSource(text));
            configuration.initialize();
            return configuration;
        }
    }
}
