package dev.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RowCostsTest {
    private static final RowCosts COSTS = new RowCosts(10, 4);

    @Test
    void efficiencyIsWhatTheRowsCostInTheBareLoopOverTheTurnsTime() {
        Turn turn = new Turn(200, 14, 10);

        assertThat(COSTS.boundNanos(turn.rows())).isEqualTo(180);
        assertThat(COSTS.efficiency(turn)).isEqualTo(0.9);
    }

    @Test
    void costsOfATurnLieBetweenThoseBeforeAndAfterIt() {
        assertThat(RowCosts.between(COSTS, new RowCosts(14, 8))).isEqualTo(new RowCosts(12, 6));
        assertThat(RowCosts.mean(List.of(COSTS, COSTS, new RowCosts(16, 10)))).isEqualTo(new RowCosts(12, 6));
    }
}
