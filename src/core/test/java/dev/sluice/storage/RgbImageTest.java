package dev.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.storage.RgbImage.Levels;
import org.junit.jupiter.api.Test;

class RgbImageTest {
    @Test
    void samplesAreScaledClampedAndTruncated() {
        float[] samples = {-1f, -2f, 0f, 1f, 5f, 0.999f};

        assertThat(RgbImage.fromSamples(samples, 2, 1, Levels.BELOW).rgb())
                .containsExactly((byte) 0, (byte) 127, (byte) 255, (byte) 0, (byte) 255, (byte) 254);
    }

    @Test
    void decodedSamplesBecomeTheNearestLevel() {
        float[] samples = {-1f, -2f, 0f, 1f, 5f, 0.001f};

        assertThat(RgbImage.fromSamples(samples, 2, 1, Levels.NEAREST).rgb())
                .containsExactly((byte) 0, (byte) 128, (byte) 255, (byte) 0, (byte) 255, (byte) 128);
    }

    @Test
    void keepsItsPixelsWhateverTheCallerDoesToTheArrays() {
        byte[] given = {1, 2, 3};
        RgbImage image = RgbImage.of(1, 1, given);
        given[0] = 9;
        image.rgb()[1] = 9;

        assertThat(image).isEqualTo(RgbImage.of(1, 1, new byte[] {1, 2, 3}));
    }

    @Test
    void refusesSamplesThatDoNotFillTheImage() {
        assertThatThrownBy(() -> RgbImage.fromSamples(new float[5], 2, 1, Levels.BELOW))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("5 values");
    }

    @Test
    void refusesNaN() {
        assertThatThrownBy(() -> RgbImage.fromSamples(new float[] {0, Float.NaN, 0}, 1, 1, Levels.NEAREST))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
