package dev.sluice.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NoiseStreamTest {
    private static final int MANY = 1_000_000;
    /** Seed 42, image 0, from an implementation of its own in another language. */
    private static final float[] PINNED = {0.2870419f, -0.07882347f, -1.4521371f, -0.41011295f, 2.2482116f, -0.44803664f
    };

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {0, 1, -1, 20_240_811_194L})
    void momentsAreThoseOfTheNormalDistribution(long seed) {
        double[] sums = new double[4];
        for (float z : initial(seed, 0, MANY)) {
            double power = 1;
            for (int k = 0; k < sums.length; k++) {
                power *= z;
                sums[k] += power;
            }
        }
        // Five standard errors each; the k-th power's variance is (2k-1)!! less the squared mean.
        assertThat(sums[0] / MANY).isCloseTo(0, within(5 * Math.sqrt(1.0 / MANY)));
        assertThat(sums[1] / MANY).isCloseTo(1, within(5 * Math.sqrt(2.0 / MANY)));
        assertThat(sums[2] / MANY).isCloseTo(0, within(5 * Math.sqrt(15.0 / MANY)));
        assertThat(sums[3] / MANY).isCloseTo(3, within(5 * Math.sqrt(96.0 / MANY)));
    }

    /** Pearson's chi-squared over 256 cells of equal probability, 255 degrees of freedom: 5 deviations are 368. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {0, 1, -1, 20_240_811_194L})
    void deviatesFillEqualCellsEqually(long seed) {
        int cells = 256;
        double[] bounds = new double[cells - 1];
        for (int cell = 1; cell < cells; cell++) {
            bounds[cell - 1] = NormalQuantile.of((double) cell / cells);
        }
        long[] counts = new long[cells];
        for (float z : initial(seed, 0, MANY)) {
            int found = Arrays.binarySearch(bounds, z);
            counts[found < 0 ? -found - 1 : found + 1]++;
        }
        double expected = (double) MANY / cells;
        double chiSquared = 0;
        for (long count : counts) {
            chiSquared += (count - expected) * (count - expected) / expected;
        }
        assertThat(chiSquared).isBetween(255 - 5 * Math.sqrt(510), 255 + 5 * Math.sqrt(510));
    }

    @Test
    void seedsImagesStepsAndPurposesAreUncorrelated() {
        List<float[]> streams = List.of(
                initial(7, 0, MANY),
                initial(8, 0, MANY),
                initial(7L << 32, 0, MANY),
                initial(7, 1, MANY),
                initialOfUpsampler(7, 0, MANY),
                step(7, 0, 0, MANY),
                step(7, 0, 1, MANY),
                step(7, 1, 0, MANY));
        for (int a = 0; a < streams.size(); a++) {
            assertThat(correlation(streams.get(a), streams.get(a), 1)).isCloseTo(0, within(5e-3));
            assertThat(correlation(streams.get(a), streams.get(a), 4)).isCloseTo(0, within(5e-3));
            for (int b = 0; b < a; b++) {
                assertThat(correlation(streams.get(a), streams.get(b), 0))
                        .as("streams %d and %d", a, b)
                        .isCloseTo(0, within(5e-3));
            }
        }
    }

    /** These bits are a promise: a seed makes the same image in every release. */
    @Test
    void firstDeviatesStayAsTheyAre() {
        int[] words = new int[4];
        Philox4x32.blocks(0, 1, 3, 2, 1, 42, words);
        float[] expected = new float[4];
        for (int w = 0; w < 4; w++) {
            expected[w] = (float) NormalQuantile.of((Integer.toUnsignedLong(words[w]) + 0.5) / 4294967296.0);
        }
        assertThat(step(42, 2, 3, 4)).containsExactly(expected);
        assertThat(initial(42, 0, 6)).startsWith(initial(42, 0, 4));
        assertThat(initial(42, 0, 6)).containsExactly(PINNED);
    }

    private static double correlation(float[] a, float[] b, int lag) {
        double sum = 0;
        for (int e = lag; e < a.length; e++) {
            sum += (double) a[e] * b[e - lag];
        }
        return sum / (a.length - lag);
    }

    private static float[] initial(long seed, int image, int count) {
        float[] out = new float[count];
        new NoiseStream(seed, image).fillInitial(out);
        return out;
    }

    private static float[] initialOfUpsampler(long seed, int image, int elements) {
        float[] out = new float[elements];
        new NoiseStream(seed, image).fillInitialOfUpsampler(out);
        return out;
    }

    private static float[] step(long seed, int image, int index, int count) {
        float[] out = new float[count];
        new NoiseStream(seed, image).fillStep(index, out);
        return out;
    }
}
