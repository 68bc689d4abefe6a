package dev.sluice.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DurationTextTest {
    @ParameterizedTest
    @CsvSource({
        "PT0S, 0 ms",
        "PT0.008304151S, 8.304 ms",
        "PT0.3S, 300 ms",
        "PT1S, 1 s",
        "PT10S, 10 s",
        "PT1.5S, 1.5 s",
        "PT1M, 60 s",
        "PT30M, 30 min",
        "PT24H, 24 h"
    })
    void saysDurationsAsPeopleDo(Duration duration, String text) {
        assertThat(DurationText.of(duration)).isEqualTo(text);
    }
}
