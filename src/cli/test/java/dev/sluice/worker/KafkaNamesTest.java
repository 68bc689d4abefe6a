package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaNamesTest {
    @ParameterizedTest
    @CsvSource({
        "max.poll.recrods, max.poll.records",
        "consumer.max.poll.record, consumer.max.poll.records",
        "sasl.jass.config, sasl.jaas.config",
        "basic.auth.user.inf, basic.auth.user.info"
    })
    void aSlipOfTheKeysIsRefusedWithTheRightName(String property, String meant) {
        assertThat(WorkerConfig.draft(Map.of("kafka.properties." + property, "hidden"))
                        .problems())
                .contains("kafka.properties." + property + ": no such property; did you mean kafka.properties." + meant
                        + "?");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "client.rack",
                "consumer.max.poll.records",
                "main.consumer.max.poll.records",
                "topic.retention.ms",
                "num.standby.replicas",
                "schema.registry.url",
                "schema.registry.ssl.truststore.type",
                "specific.avro.reader",
                "my.interceptor.colour"
            })
    void whatIsKnownOrSomebodyElsesPasses(String property) {
        assertThat(KafkaNames.meant(property)).isEmpty();
    }

    @Test
    void somebodyElsesIsTold() {
        assertThat(ConfigNotes.of(
                        Map.of("kafka.properties.my.interceptor.colour", "red", "kafka.properties.client.rack", "a"),
                        Map.of()))
                .containsExactly("kafka.properties.my.interceptor.colour: Kafka's clients have no such property; it is"
                        + " passed on");
    }

    @Test
    void commandsRefuseTheSlipToo(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("client.properties"), "securty.protocol=SSL\n");

        CommandRun run = CommandRun.of("cost", "--command-config", file.toString());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .startsWith("--command-config: no such property: securty.protocol; did you mean security.protocol?");
    }
}
