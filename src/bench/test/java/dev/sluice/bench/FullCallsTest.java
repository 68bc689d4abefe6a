package dev.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.CallRows;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FullCallsTest {
    @ParameterizedTest
    @CsvSource({"8, 8, 16", "16, 8, 32", "8, 16, 32", "4, 6, 24", "1, 1, 2"})
    void imagesFillTwoCallsOfBothNetworks(int denoiser, int guide, int images) {
        assertThat(FullCalls.images(new CallRows(denoiser, guide))).isEqualTo(images);
    }

    @Test
    void onlyLargerCallsAreMadeSmaller() {
        assertThat(FullCalls.atMost(8, new CallRows(32, 4))).isEqualTo(new CallRows(8, 4));
    }
}
