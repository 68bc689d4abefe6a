package dev.sluice.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LowResolutionTest {
    /** What torch makes of these in float32: clamp, then {@code ((x + 1) * 127.5).round() / 127.5 - 1}. */
    @Test
    void clipsAndRoundsToTheLevelsOfAPictureAsTorchDoes() {
        float[] sample = {
            -3, -1, -0.999f, -0.5f, -0.003921568859368563f, 0, 0.003921568859368563f, 0.00392f, 0.5f, 0.7f, 0.99999f, 1, 2
        };
        float[] expected = {
            -1,
            -1,
            -1,
            -0.498039186000824f,
            -0.003921568393707275f,
            0.003921627998352051f,
            0.003921627998352051f,
            0.003921627998352051f,
            0.49803924560546875f,
            0.7019608020782471f,
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
