package dev.sluice.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.diffusion.BetaSchedule;
import dev.sluice.diffusion.DiffusionTables;
import dev.sluice.diffusion.TrainedProcess;
import dev.sluice.request.InvalidFieldException;
import dev.sluice.request.SamplerSettings.Kind;
import org.junit.jupiter.api.Test;

class TablesByStepsTest {
    private final TablesBySteps tables = new TablesBySteps(TrainedProcess.evenly(BetaSchedule.COSINE, 200));

    @Test
    void requestsOfTheSameSamplerAndStepsShareTheirTables() {
        DiffusionTables ten = tables.of(Kind.DDPM, 10);

        assertThat(tables.of(Kind.DDPM, 20).steps()).isEqualTo(20);
        assertThat(tables.of(Kind.DDPM, 10)).isSameAs(ten);
        assertThat(tables.of(Kind.DPMPP_2M, 10).originalTimestep(0)).isEqualTo(20);
    }

    @Test
    void forgetsWhatWentUnusedForLongest() {
        DiffusionTables ten = tables.of(Kind.DDPM, 10);

        for (int steps = 11; steps <= 100; steps++) {
            tables.of(Kind.DDPM, steps);
        }

        assertThat(tables.of(Kind.DDPM, 10)).isNotSameAs(ten);
        assertThat(tables.of(Kind.DDPM, 10).steps()).isEqualTo(10);
    }

    @Test
    void refusesMoreStepsThanTheModelKnowsEachTime() {
        assertThatThrownBy(() -> tables.of(Kind.DDPM, 201)).isInstanceOf(InvalidFieldException.class);
        assertThatThrownBy(() -> tables.of(Kind.DDPM, 201)).isInstanceOf(InvalidFieldException.class);
    }
}
