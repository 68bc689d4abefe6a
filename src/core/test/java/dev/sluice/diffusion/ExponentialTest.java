package dev.sluice.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExponentialTest {
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void matchesTheLibrary(long seed) {
        Random random = new Random(seed);
        for (int draw = 0; draw < 100_000; draw++) {
            double x = random.nextDouble(-700, 700);
            double ratio = Exponential.exp(x) / StrictMath.exp(x);
            if (!(Math.abs(ratio - 1) < 1e-10)) {
                assertThat(ratio).as("exp(%s)", x).isCloseTo(1, within(1e-10));
            }
        }
    }

    @Test
    void endsAreThoseOfAFloat() {
        assertThat(Exponential.exp(0)).isEqualTo(1);
        assertThat((float) Exponential.exp(1e30)).isInfinite();
        assertThat((float) Exponential.exp(Double.NEGATIVE_INFINITY)).isZero();
        assertThat(Exponential.exp(Double.NaN)).isNaN();
    }
}
