package dev.sluice.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NormalQuantileTest {
    /** From a 40-digit inversion of the normal distribution function at the double nearest to p. */
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
}
