package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.diffusion.BetaSchedule;
import dev.sluice.diffusion.DiffusionTables;
import dev.sluice.request.InvalidFieldException;
import org.junit.jupiter.api.Test;

class TablesByStepsTest {
    private final TablesBySteps tables = new TablesBySteps(BetaSchedule.COSINE, 200);

    @Test
    void requestsOfTheSameStepsShareTheirTables() {
        DiffusionTables ten = tables.evenly(10);

        assertThat(tables.evenly(20).steps()).isEqualTo(20);
        assertThat(tables.evenly(10)).isSameAs(ten);
    }

    @Test
    void forgetsWhatWentUnusedForLongest() {
        DiffusionTables ten = tables.evenly(10);

        for (int steps = 11; steps <= 100; steps++) {
            tables.evenly(steps);
        }

        assertThat(tables.evenly(10)).isNotSameAs(ten);
        assertThat(tables.evenly(10).steps()).isEqualTo(10);
    }

    @Test
    void refusesMoreStepsThanTheModelKnowsEachTime() {
        assertThatThrownBy(() -> tables.evenly(201)).isInstanceOf(InvalidFieldException.class);
        assertThatThrownBy(() -> tables.evenly(201)).isInstanceOf(InvalidFieldException.class);
    }
}
