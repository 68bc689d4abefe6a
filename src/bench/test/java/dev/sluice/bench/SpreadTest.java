package dev.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {
    @Test
    void middleSamplesAreTheQuartilesOfFive() {
        assertThat(Spread.of(List.of(5.0, 1.0, 4.0, 2.0, 3.0))).isEqualTo(new Spread(2, 3, 4, 5));
    }

    @Test
    void quartilesLieBetweenSamples() {
        assertThat(Spread.of(List.of(1.0, 2.0, 3.0, 4.0))).isEqualTo(new Spread(1.75, 2.5, 3.25, 4));
    }

    @Test
    void outlierDoesNotMoveTheMedian() {
        assertThat(Spread.of(List.of(1.0, 1.0, 1.0, 1.0, 900.0)).median()).isEqualTo(1);
    }

    @Test
    void oneSampleIsItsOwnSpread() {
        assertThat(Spread.of(List.of(7.0))).isEqualTo(new Spread(7, 7, 7, 1));
    }

    @Test
    void refusesToSpreadNothing() {
        assertThatIllegalArgumentException().isThrownBy(() -> Spread.of(List.of()));
    }
}
