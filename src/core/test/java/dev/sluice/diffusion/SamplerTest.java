package dev.sluice.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.request.SamplerSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SamplerTest {
    private static final DiffusionTables TABLES = DiffusionTables.evenly(BetaSchedule.LINEAR, 1000, 50);

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void ddimWithFullEtaIsAncestralSamplingWithThePosteriorVariance(boolean clip) {
        Sampler ddim = new DdimSampler(TABLES, 1, clip);
        Sampler ddpm = new DdpmSampler(TABLES, VarianceKind.FIXED_SMALL, clip);
        for (int index = 49; index >= 1; index--) {
            assertThat(step(ddim, index, 1)).as("index %d", index).isCloseTo(step(ddpm, index, 1), within(2e-5f));
        }
    }

    @ParameterizedTest
    @EnumSource
    void noiseHasTheDeviationOfTheVarianceKind(VarianceKind kind) {
        Sampler sampler = new DdpmSampler(TABLES, kind, false);
        for (int index = 1; index < 50; index++) {
            double expected = switch (kind) {
                case LEARNED_RANGE -> StrictMath.exp(TABLES.learnedRangeLogVariance(index, 0.25) / 2);
                case FIXED_SMALL -> Math.sqrt(TABLES.posteriorVariance(index));
                case FIXED_LARGE -> Math.sqrt(TABLES.beta(index));
            };
            assertThat(step(sampler, index, 1) - step(sampler, index, 0))
                    .as("index %d", index)
                    .isCloseTo((float) expected, within(1e-6f));
        }
    }

    @Test
    void deterministicSamplerReadsNoNoise() {
        Sampler sampler = Sampler.of(SamplerSettings.ddim(50, 0), TABLES, VarianceKind.FIXED_SMALL, true);
        assertThat(sampler.needsNoise(30)).isFalse();
        assertThat(step(sampler, 30, Float.NaN)).isFinite();
    }

    /** A clamp that swallowed it would hide a numeric fault. */
    @ParameterizedTest
    @EnumSource
    void notANumberStaysOne(SamplerSettings.Kind kind) {
        Sampler sampler = Sampler.of(new SamplerSettings(kind, 50, 1), TABLES, VarianceKind.FIXED_SMALL, true);
        float[] x = {0.4f};
        sampler.step(30, x, new float[] {Float.NaN}, null, 0, new float[] {0});
        assertThat(x[0]).isNaN();
    }

    private static float step(Sampler sampler, int index, float noise) {
        float[] x = {0.4f};
        sampler.step(index, x, new float[] {0.9f, 0.25f}, null, 0, new float[] {noise});
        return x[0];
    }
}
