package dev.sluice.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RowBuffersTest {
    private final RowBuffers rows = new RowBuffers(2, 3);

    @Test
    void paddingCarriesNothingOfAnEarlierCall() {
        rows.add(new float[] {1, 2, 3}, 4, 5);
        rows.add(new float[] {6, 7, 8}, 9, 10);

        rows.clear();
        rows.add(new float[] {11, 12, 13}, 14, 15);
        rows.pad();

        float[] padding = new float[3];
        rows.sample(1, padding);
        assertThat(padding).containsOnly(0);
        assertThat(rows.timestep(1)).isZero();
        assertThat(rows.condition(1)).isZero();
        assertThat(rows.used()).isEqualTo(1);
    }

    @Test
    void readsBackWhatWasAdded() {
        rows.add(new float[] {1, 2, 3}, 4, 5);
        rows.add(new float[] {6, 7, 8}, 9, 10);

        float[] sample = new float[3];
        rows.sample(1, sample);
        assertThat(sample).containsExactly(6, 7, 8);
        assertThat(rows.timestep(1)).isEqualTo(9);
        assertThat(rows.condition(1)).isEqualTo(10);
    }

    @Test
    void refusesARowTooMany() {
        rows.add(new float[3], 0, 0);
        rows.add(new float[3], 0, 0);

        assertThatThrownBy(() -> rows.add(new float[3], 0, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesARowOfAnotherLength() {
        assertThatThrownBy(() -> rows.add(new float[4], 0, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
