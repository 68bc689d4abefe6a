package dev.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.scheduling.BatchSizes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FullBatchesTest {
    @ParameterizedTest
    @CsvSource({"8, 8, 16", "16, 8, 32", "8, 16, 32", "4, 6, 24", "1, 1, 2"})
    void imagesFillTwoCallsOfBothNetworks(int denoiser, int guide, int images) {
        assertThat(FullBatches.images(new BatchSizes(denoiser, guide))).isEqualTo(images);
    }

    @Test
    void onlyLargerCallsAreMadeSmaller() {
        assertThat(FullBatches.atMost(8, new BatchSizes(32, 4))).isEqualTo(new BatchSizes(8, 4));
    }
}
