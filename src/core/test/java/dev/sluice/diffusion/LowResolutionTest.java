package dev.sluice.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LowResolutionTest {
    /** What torch makes of these in float32: clamp, then {@code ((x + 1) * 127.5).round() / 127.5 - 1}. */
    @Test
    void clipsAndRoundsToTheLevelsOfAPictureAsTorchDoes() {
        float[] sample = {-3, -1, -0.999f, -0.5f, -0.003921569f, 0, 0.003921569f, 0.00392f, 0.5f, 0.7f, 0.99999f, 1, 2};
        float[] expected = {
            -1,
            -1,
            -1,
            -0.4980392f,
            -0.0039215684f,
            0.003921628f,
            0.003921628f,
            0.003921628f,
            0.49803925f,
            0.7019608f,
            1,
            1,
            1
        };

        assertThat(LowResolution.of(sample)).containsExactly(expected);
    }

    @Test
    void whatIsRoundedStaysAsItIs() {
        float[] once = LowResolution.of(new float[] {-0.3f, 0.123f, 0.77f});

        assertThat(LowResolution.of(once)).isEqualTo(once);
    }
}
