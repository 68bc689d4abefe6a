package dev.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallRowsTest {
    @ParameterizedTest
    @CsvSource({"8, 8, 16", "16, 8, 32", "8, 16, 32", "4, 6, 24", "1, 1, 2"})
    void imagesFillTwoCallsOfBothNetworks(int denoiser, int guide, int images) {
        assertThat(new CallRows(denoiser, guide).imagesWithoutPadding()).isEqualTo(images);
    }
}
