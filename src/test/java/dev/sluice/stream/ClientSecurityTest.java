package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.RequestLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How the operator's TLS and SASL settings reach each of Kafka's clients, and that none of them tells. */
class ClientSecurityTest {
    private static final Map<String, Object> SECURED = Map.of(
            "bootstrap.servers", "127.0.0.1:1",
            "security.protocol", "SASL_SSL",
            "sasl.mechanism", "PLAIN",
            "sasl.jaas.config",
                    "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" password=\"hidden-1\";",
            "ssl.key.password", "hidden-2",
            "schema.registry.url", "http://127.0.0.1:2",
            "basic.auth.user.info", "ann:hidden-3",
            "bearer.auth.token", "hidden-4",
            "schema.registry.ssl.truststore.password", "hidden-5",
            "schema.registry.ssl.keystore.password", "hidden-6");

    private final Lines lines = new Lines();

    /** Collects what is logged, by any thread. */
    private static final class Lines extends AbstractAppender {
        private final List<String> texts = new CopyOnWriteArrayList<>();

        Lines() {
            super("lines", null, null, false, Property.EMPTY_ARRAY);
        }

        @Override
        public void append(LogEvent event) {
            texts.add(event.getMessage().getFormattedMessage());
        }
    }

    @BeforeEach
    void listen() {
        lines.start();
        ((Logger) LogManager.getRootLogger()).addAppender(lines);
        Configurator.setRootLevel(Level.DEBUG);
    }

    @AfterEach
    void stopListening() {
        ((LoggerContext) LogManager.getContext(false)).reconfigure();
    }

    @Test
    void reachesEveryClientAndIsToldByNone() {
        StreamsConfig config = new StreamsConfig(StreamWorker.config(settings()));
        Map<String, Object> consumer = config.getMainConsumerConfigs("group", "client", 0);
        // The main consumer's assignor needs a running Streams; this one is its like without it.
        Map<String, Object> restoring = config.getRestoreConsumerConfigs("client");
        Map<String, Object> producer = config.getProducerConfigs("client");
        Map<String, Object> admin = config.getAdminConfigs("client");

        assertThat(List.of(consumer, restoring, producer, admin))
                .allSatisfy(client -> assertThat(client)
                        .containsEntry("security.protocol", "SASL_SSL")
                        .containsEntry("sasl.mechanism", "PLAIN")
                        .containsKeys("sasl.jaas.config", "ssl.key.password"));
        new KafkaConsumer<>(restoring, new ByteArrayDeserializer(), new ByteArrayDeserializer())
                .close(CloseOptions.timeout(Duration.ZERO));
        new KafkaProducer<>(producer, new ByteArraySerializer(), new ByteArraySerializer()).close(Duration.ZERO);
        Admin.create(admin).close(Duration.ZERO);
        assertThat(lines.texts).anyMatch(text -> text.contains("sasl.jaas.config = [hidden]"));
        assertThat(lines.texts).noneMatch(text -> text.contains("hidden-"));
        assertThat(settings().toString()).doesNotContain("hidden");
    }

    private static StreamSettings settings() {
        return new StreamSettings(
                "sluice",
                Topics.DEFAULT,
                Path.of("state"),
                SettleSettings.DEFAULT,
                true,
                RequestLimits.DEFAULT,
                SECURED);
    }
}
