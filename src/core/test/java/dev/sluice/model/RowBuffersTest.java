package dev.sluice.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.model.RowLayout.Input;
import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowBuffersTest {
    private static final int SAMPLE = 0;
    private static final int TIMESTEP = 1;
    private static final int CONTEXT = 2;
    private static final int TOKENS = 3;

    private final RowBuffers rows = new RowBuffers(
            2, new RowLayout(List.of(Input.floats(3, 1, 1), Input.integers(), Input.floats(2), Input.integers(2))));

    @Test
    void paddingCarriesNothingOfAnEarlierCall() {
        add(1);
        add(20);

        rows.clear();
        add(300);
        rows.pad();

        assertThat(rows.floats(SAMPLE, 1)).containsOnly(0);
        assertThat(rows.integers(TIMESTEP, 1)).containsOnly(0);
        assertThat(rows.floats(CONTEXT, 1)).containsOnly(0);
        assertThat(rows.integers(TOKENS, 1)).containsOnly(0);
        assertThat(rows.used()).isEqualTo(1);
        assertThat(rows.rows()).isEqualTo(2);
    }

    @Test
    void paddingStaysEmptyFromCallToCall() {
        for (int call = 0; call < 3; call++) {
            rows.clear();
            add(call);
            rows.pad();
            assertThat(rows.floats(CONTEXT, 1)).containsOnly(0);
            rows.clear();
            add(call);
            add(call + 1);
            rows.pad();
            assertThat(rows.floats(CONTEXT, 1)).containsExactly(call + 8, call + 9);
        }
    }

    @Test
    void readsBackWhatWasAdded() {
        add(1);
        add(20);

        assertThat(rows.floats(SAMPLE, 1)).containsExactly(21, 22, 23);
        assertThat(rows.integers(TIMESTEP, 1)).containsExactly(20);
        assertThat(rows.floats(CONTEXT, 1)).containsExactly(27, 28);
        assertThat(rows.integers(TOKENS, 1)).containsExactly(29, 30);
        assertThat(rows.floats(SAMPLE, 0)).containsExactly(2, 3, 4);
    }

    @Test
    void handsInputsOverRowAfterRow() {
        add(1);
        add(20);

        FloatBuffer contexts = rows.values(CONTEXT).asFloatBuffer();

        float[] values = new float[contexts.remaining()];
        contexts.get(values);
        assertThat(values).containsExactly(8, 9, 27, 28);
    }

    @Test
    void refusesARowTooMany() {
        add(1);
        add(2);

        assertThatThrownBy(rows::begin).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesAnInputOfAnotherLengthOrKind() {
        rows.begin();

        assertThatThrownBy(() -> rows.put(new float[4])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> rows.put(1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesARowThatLacksInputs() {
        rows.begin().put(new float[3]).put(1);

        assertThatThrownBy(rows::begin).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(rows::pad).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(rows::clear).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesAnInputTooMany() {
        add(1);

        assertThatThrownBy(() -> rows.put(1)).isInstanceOf(IllegalArgumentException.class);
    }

    /** A row of numbers from this one on. */
    private void add(int from) {
        rows.begin()
                .put(new float[] {from + 1, from + 2, from + 3})
                .put(from)
                .put(new float[] {from + 7, from + 8})
                .put(new long[] {from + 9, from + 10});
    }
}
