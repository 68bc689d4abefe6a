package dev.sluice.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NormalQuantileTest {
    /** Values from a 40-digit inversion of the normal distribution function at the double nearest to p. */
    @ParameterizedTest
    @CsvSource({
        "0.5, 0",
        "0.4, -0.25334710313579974132",
        "0.1, -1.2815515655446004353",
        "0.075, -1.4395314709384559349",
        "0.05, -1.644853626951472688",
        "0.025, -1.9599639845400542118",
        "0.01, -2.3263478740408410931",
        "0.001, -3.0902323061678135354",
        "1e-5, -4.2648907939228246102",
        "1e-8, -5.6120012441747887279",
        "1.1641532182693481e-10, -6.3379577545537892525",
        "1e-12, -7.0344838253011319326",
        "1e-20, -9.2623400897984075796",
        "1e-100, -21.273453560965324294"
    })
    void matchesKnownQuantiles(double p, double quantile) {
        assertThat(NormalQuantile.of(p)).isCloseTo(quantile, within(1e-12));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.25, 0.0625, 0x1p-10, 0x1p-33})
    void isOdd(double p) {
        assertThat(NormalQuantile.of(1 - p)).isEqualTo(-NormalQuantile.of(p));
    }

    /** Words at the ends, at the median, on both sides of both borders between centre and tail, and at random. */
    @Test
    void wordsHaveTheQuantilesOfTheirCells() {
        int lower = (int) (0.075 * 0x1p32);
        IntStream borders = IntStream.rangeClosed(-100, 100)
                .flatMap(offset -> IntStream.of(offset, Integer.MIN_VALUE + offset, lower + offset, ~lower + offset));
        int[] words = IntStream.concat(borders, new Random(5).ints(1_000_000)).toArray();
        float[] expected = new float[words.length];
        for (int i = 0; i < words.length; i++) {
            expected[i] = (float) NormalQuantile.of((Integer.toUnsignedLong(words[i]) + 0.5) * 0x1p-32);
        }

        float[] quantiles = new float[words.length];
        NormalQuantile.ofWords(words, words.length, quantiles, 0);

        assertThat(Arrays.mismatch(quantiles, expected)).isEqualTo(-1);
    }
}
