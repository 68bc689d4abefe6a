package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.wire.RequestLimits;
import dev.sluice.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    @TempDir
    private Path folder;

    /** Makes the clients in a JVM of its own, which logs everything. */
    static final class LoudClients {
        private LoudClients() {}

        public static void main(String[] arguments) {
            StreamsConfig config = new StreamsConfig(StreamsProperties.of(settings()));
            // The main consumer's assignor needs a running Streams; this one is its like without it.
            new KafkaConsumer<>(
                            config.getRestoreConsumerConfigs("client"),
                            new ByteArrayDeserializer(),
                            new ByteArrayDeserializer())
                    .close(CloseOptions.timeout(Duration.ZERO));
            new KafkaProducer<>(
                            config.getProducerConfigs("client"), new ByteArraySerializer(), new ByteArraySerializer())
                    .close(Duration.ZERO);
            Admin.create(config.getAdminConfigs("client")).close(Duration.ZERO);
        }
    }

    @Test
    void reachesEveryClient() {
        StreamsConfig config = new StreamsConfig(StreamsProperties.of(settings()));

        assertThat(List.of(
                        config.getMainConsumerConfigs("group", "client", 0),
                        config.getRestoreConsumerConfigs("client"),
                        config.getProducerConfigs("client"),
                        config.getAdminConfigs("client")))
                .allSatisfy(client -> assertThat(client)
                        .containsEntry("security.protocol", "SASL_SSL")
                        .containsEntry("sasl.mechanism", "PLAIN")
                        .containsKeys("sasl.jaas.config", "ssl.key.password"));
    }

    @Test
    void isToldByNoClientHoweverMuchItLogs() throws Exception {
        Path logging = Files.writeString(folder.resolve("log4j2.properties"), """
                status = error
                appender.all.type = Console
                appender.all.name = all
                rootLogger.level = debug
                rootLogger.appenderRef.all.ref = all
                """);
        Process clients = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-Dlog4j2.configurationFile=" + logging,
                        LoudClients.class.getName())
                .redirectErrorStream(true)
                .start();
        String log = new String(clients.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(clients.waitFor()).as(log).isZero();
        assertThat(log).contains("sasl.jaas.config = [hidden]").doesNotContain("hidden-");
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
