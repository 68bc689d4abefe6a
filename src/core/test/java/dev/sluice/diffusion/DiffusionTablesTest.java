package dev.sluice.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sluice.request.FailureCode;
import dev.sluice.request.InvalidFieldException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DiffusionTablesTest {
    @ParameterizedTest
    @EnumSource
    void everyStepCountGivesFiniteTables(BetaSchedule schedule) {
        for (int steps = 1; steps <= 1000; steps++) {
            DiffusionTables tables = DiffusionTables.evenly(schedule, 1000, steps);
            assertThat(tables.steps()).isEqualTo(steps);
            for (int i : new int[] {0, steps / 2, steps - 1}) {
                double[] coefficients = {
                    tables.logBeta(i),
                    tables.posteriorLogVarianceClipped(i),
                    tables.posteriorMeanCoefficient1(i),
                    tables.posteriorMeanCoefficient2(i),
                    tables.sigma(i)
                };
                for (double coefficient : coefficients) {
                    if (!Double.isFinite(coefficient)) {
                        assertThat(coefficient)
                                .as("%d steps, index %d", steps, i)
                                .isFinite();
                    }
                }
            }
        }
    }

    @Test
    void stepsThatTrainingDoesNotHaveAreRefused() {
        for (int steps : new int[] {0, 1001}) {
            assertThatExceptionOfType(InvalidFieldException.class)
                    .isThrownBy(() -> DiffusionTables.evenly(BetaSchedule.LINEAR, 1000, steps))
                    .satisfies(refused -> assertThat(refused.code()).isEqualTo(FailureCode.STEPS_OUT_OF_RANGE));
        }
        assertThatExceptionOfType(InvalidFieldException.class).isThrownBy(() -> Respacing.ddim(1000, 333 + 2));
    }

    @Test
    void timestepsMustAscendWithinTraining() {
        for (int[] timesteps : new int[][] {{}, {-1}, {1000}, {3, 3}, {5, 4}}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> DiffusionTables.of(BetaSchedule.LINEAR, 1000, timesteps, FinalAlphaBar.ONE));
        }
    }

    @Test
    void scheduleWithoutUsableBetasIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> BetaSchedule.LINEAR.betas(10));
        assertThatIllegalArgumentException().isThrownBy(() -> BetaSchedule.COSINE.betas(0));
    }

    @Test
    void laterChangesOfTheCallersArrayDoNotShow() {
        int[] timesteps = {1, 2};
        DiffusionTables tables = DiffusionTables.of(BetaSchedule.LINEAR, 1000, timesteps, FinalAlphaBar.ONE);
        timesteps[0] = 7;
        assertThat(tables.originalTimestep(0)).isEqualTo(1);
    }
}
