package dev.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AvroConfigTest {
    @Test
    void theKeysAndDefaultsAreThese() {
        assertThat(AvroConfig.of(Map.of("schema.registry.url", "http://a:1, http://b:2/")))
                .isEqualTo(new AvroConfig(
                        List.of(URI.create("http://a:1"), URI.create("http://b:2/")),
                        Optional.empty(),
                        Optional.empty(),
                        RegistryTls.PLATFORM,
                        true,
                        Optional.empty(),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(60),
                        262_144));
        assertThat(AvroConfig.of(Map.of(
                        "schema.registry.url",
                        List.of("https://a"),
                        "basic.auth.credentials.source",
                        "USER_INFO",
                        "basic.auth.user.info",
                        "ann:secret",
                        "auto.register.schemas",
                        false,
                        "specific.avro.value.type",
                        "a.B",
                        "sluice.registry.request.timeout.ms",
                        1,
                        "sluice.registry.retry.budget.ms",
                        "2",
                        "sluice.avro.max.message.bytes",
                        3)))
                .isEqualTo(new AvroConfig(
                        List.of(URI.create("https://a")),
                        Optional.of("ann:secret"),
                        Optional.empty(),
                        RegistryTls.PLATFORM,
                        false,
                        Optional.of("a.B"),
                        Duration.ofMillis(1),
                        Duration.ofMillis(2),
                        Duration.ofSeconds(60),
                        3));
    }

    @Test
    void takesNoCredentialsInTheAddress() {
        assertThatThrownBy(() -> AvroConfig.of(Map.of("schema.registry.url", "http://ann:hidden@a")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("basic.auth.user.info")
                .hasMessageNotContaining("hidden");
    }

    @Test
    void doesNotPrintThePassword() {
        assertThat(AvroConfig.of(Map.of("schema.registry.url", "http://a", "basic.auth.user.info", "ann:secret")))
                .asString()
                .contains("http://a")
                .doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource({
        "schema.registry.url, ''",
        "schema.registry.url, localhost:8081",
        "schema.registry.url, http://a b",
        "auto.register.schemas, perhaps",
        "basic.auth.credentials.source, SASL_INHERIT",
        "sluice.avro.max.message.bytes, 0",
        "sluice.registry.retry.budget.ms, soon"
    })
    void namesTheKeyThatIsWrong(String key, String value) {
        Map<String, String> configs = key.equals("schema.registry.url")
                ? Map.of(key, value)
                : Map.of("schema.registry.url", "http://a", key, value);
        assertThatThrownBy(() -> AvroConfig.of(configs))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(key);
    }
}
