package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class HeapRuleTest {
    private static final long MEBIBYTE = 1 << 20;

    @Test
    void letsKafkasDefaultsPassInASmallHeap() {
        assertThat(HeapRule.problems(
                        Map.of("requests", 1_048_588L, "cancellations", 1_048_588L),
                        HeapRule.USUAL_FETCH_BYTES,
                        128 * MEBIBYTE))
                .isEmpty();
    }

    @Test
    void namesTheTopicThatTakesMoreThanTheHeapSurvives() {
        assertThat(HeapRule.problems(
                        Map.of("requests", 600 * MEBIBYTE, "cancellations", 400 * MEBIBYTE),
                        HeapRule.USUAL_FETCH_BYTES,
                        2048 * MEBIBYTE))
                .singleElement()
                .asString()
                .contains("requests", "629145600", "2048 MiB", "max.message.bytes", "-Xmx");
    }
}
