package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.Row.Role;
import org.junit.jupiter.api.Test;

class RowQueueTest {
    private final SimulatedLane simulated = new SimulatedLane(4, 4, 4);
    private final RowQueue queue = new RowQueue(3);

    @Test
    void takesTheOldestRowsFirst() {
        Row first = row();
        Row second = row();
        Row third = row();
        Row fourth = row();
        add(first, second, third, fourth);

        assertThat(queue.take()).containsExactly(first, second, third);
        assertThat(queue.take()).containsExactly(fourth);
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void fillsACallOnceAsManyWaitAsTheCallHasRows() {
        add(row(), row());
        assertThat(queue.fillsCall()).isFalse();

        add(row());
        assertThat(queue.fillsCall()).isTrue();
    }

    @Test
    void dropsTheRowsOfOneJobOnly() {
        Row kept = row();
        Row dropped = row();
        add(dropped, kept, dropped);

        queue.drop(dropped.trajectory().job());

        assertThat(queue.take()).containsExactly(kept);
    }

    @Test
    void countsCallsLetPassOnlyWhileSomethingWaits() {
        queue.letPass();
        assertThat(queue.patience()).isZero();

        add(row());
        queue.letPass();
        queue.letPass();
        assertThat(queue.patience()).isEqualTo(2);

        queue.take();
        assertThat(queue.patience()).isZero();
    }

    @Test
    void forgetsThePatienceOfRowsThatWereDropped() {
        Row row = row();
        add(row);
        queue.letPass();

        queue.drop(row.trajectory().job());
        add(row());

        assertThat(queue.patience()).isZero();
    }

    private void add(Row... rows) {
        for (Row row : rows) {
            queue.add(row);
        }
    }

    private Row row() {
        return new Row(simulated.job(SimulatedLane.draft()).job().startNextImage(), Role.CONDITIONAL);
    }
}
