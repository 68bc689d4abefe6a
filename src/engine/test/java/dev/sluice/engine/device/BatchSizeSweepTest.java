package dev.sluice.engine.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.sluice.engine.clock.SimulatedClock;
import dev.sluice.engine.device.SweepTable.Measured;
import dev.sluice.engine.device.SweepTable.Reason;
import dev.sluice.engine.device.SweepTable.Skipped;
import dev.sluice.model.ModelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchSizeSweepTest {
    private static final long MILLI = 1_000_000;

    private final SimulatedClock clock = new SimulatedClock();
    private final List<Integer> batches = new ArrayList<>();

    @Test
    void kneeIsWhereLargerCallsStopHelping() {
        // Latency-bound up to 16 rows, then in proportion.
        SweepTable table = sweep(rows -> 10 * MILLI * Math.max(1, rows / 16));

        assertThat(table.knee()).isEqualTo(new Measured(16, 10 * MILLI));
    }

    @Test
    void aDeviceWithoutKneeGetsTheSmallestCalls() {
        SweepTable table = sweep(rows -> 5 * MILLI * rows);

        assertThat(table.knee().rows()).isEqualTo(1);
        assertThat(table.measured()).extracting(Measured::rows).containsExactly(1, 2, 4);
        assertThat(table.skipped()).first().isEqualTo(new Skipped(8, Reason.NO_FASTER));
    }

    @Test
    void aDeviceThatAlwaysGainsGetsTheLargestCalls() {
        SweepTable table = sweep(rows -> MILLI + rows);

        assertThat(table.knee().rows()).isEqualTo(512);
        assertThat(table.skipped()).isEmpty();
    }

    @Test
    void gainsOfLessThanThreePerCentDontMakeACallLarger() {
        SweepTable table = new SweepTable(
                List.of(new Measured(8, 8_000), new Measured(16, 15_600), new Measured(32, 31_100)), List.of());

        assertThat(table.knee().rows()).isEqualTo(8);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void outliersDontMoveTheKnee(long seed) {
        Random random = new Random(seed);
        SweepTable table = sweep(rows -> {
            long nanos = 10 * MILLI * Math.max(1, rows / 16) + random.nextLong(MILLI / 20);
            return batches.size() > 20 && random.nextInt(6) == 0 ? 8 * nanos : nanos;
        });

        assertThat(table.knee().rows()).isEqualTo(16);
    }

    @Test
    void growsNoFurtherThanTheDeviceHolds() {
        SweepTable table = sweep(rows -> {
            if (rows > 32) {
                throw new ModelException("out of memory");
            }
            return MILLI;
        });

        assertThat(table.knee().rows()).isEqualTo(32);
        assertThat(table.skipped()).extracting(Skipped::rows, Skipped::reason).startsWith(tuple(64, Reason.FAILED));
        assertThat(batches).filteredOn(rows -> rows > 32).containsExactly(64);
    }

    @Test
    void aSizeThatFailsLaterIsNotChosen() {
        SweepTable table = sweep(rows -> {
            if (rows == 512 && batches.stream().filter(called -> called == 512).count() > 3) {
                throw new ModelException("out of memory");
            }
            return MILLI;
        });

        assertThat(table.knee().rows()).isEqualTo(256);
        assertThat(table.skipped()).containsExactly(new Skipped(512, Reason.FAILED));
    }

    @Test
    void aBundleThatCantBeCalledAtAllIsNotSwept() {
        assertThatThrownBy(() -> sweep(rows -> {
                    throw new ModelException("no kernel image");
                }))
                .isInstanceOf(ModelException.class)
                .hasMessage("no kernel image");
    }

    @Test
    void staysWithinItsBudget() {
        SweepTable table = sweep(rows -> 40 * MILLI + 20 * MILLI * rows);

        // First calls and the round that was begun come on top.
        assertThat(clock.nanos()).isLessThanOrEqualTo(Duration.ofSeconds(13).toNanos());
        assertThat(table.skipped()).first().isEqualTo(new Skipped(64, Reason.OVER_BUDGET));
        assertThat(table.knee().rows()).isEqualTo(32);
    }

    @Test
    void measuresOneCallWhereEvenThatExceedsTheBudget() {
        SweepTable table = sweep(rows -> Duration.ofMinutes(1).toNanos());

        assertThat(batches).containsExactly(1, 1, 1);
        assertThat(table.knee().rows()).isEqualTo(1);
    }

    @Test
    void aFirstCallThatIsHeldUpEndsNothing() {
        // What a machine does that is busy, or still reads the bundle from its disk.
        SweepTable table =
                sweep(rows -> batches.size() <= 2 ? Duration.ofSeconds(4).toNanos() : MILLI + rows);

        assertThat(table.knee().rows()).isEqualTo(512);
        assertThat(table.skipped()).isEmpty();
    }

    @Test
    void aSizeWhoseFirstCallsAreHeldUpIsCalledAgainBeforeLargerOnesAreGivenUp() {
        SweepTable table =
                sweep(rows -> batches.size() <= 5 ? Duration.ofSeconds(1).toNanos() : MILLI + rows);

        assertThat(table.knee().rows()).isEqualTo(512);
        assertThat(table.doubts()).isEmpty();
    }

    @Test
    void nothingIsInDoubtWhereCallsAgreeAndLargerOnesDontHelp() {
        assertThat(sweep(rows -> 10 * MILLI * Math.max(1, rows / 16)).doubts()).isEmpty();
    }

    @Test
    void isInDoubtWhereTheBudgetEndedIt() {
        assertThat(sweep(rows -> 40 * MILLI + 20 * MILLI * rows).doubts())
                .containsExactly("from 64 rows on nothing was measured: it would take too long");
    }

    @Test
    void isInNoDoubtWhereTheBudgetEndedItAfterADoublingThatNoLongerHelped() {
        SweepTable table = new SweepTable(
                List.of(new Measured(16, 74_310), new Measured(32, 137_330), new Measured(64, 268_420)),
                List.of(new Skipped(128, Reason.OVER_BUDGET)));

        assertThat(table.doubts()).isEmpty();
        assertThat(table.knee().rows()).isEqualTo(32);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void isInDoubtWhereEverySecondCallIsHeldUp(long seed) {
        Random random = new Random(seed);
        SweepTable table = sweep(rows -> MILLI * rows * (random.nextInt(3) == 0 ? 1 : 2));

        assertThat(table.doubts()).singleElement().asString().endsWith("2.0 times as long as the fastest or longer");
    }

    @Test
    void goesOnUntilCallsAgreeWhereADisturbanceEnds() {
        SweepTable table = sweep(
                rows -> 10 * MILLI * Math.max(1, rows / 16) * (batches.size() % 3 == 0 || batches.size() > 60 ? 1 : 2));

        assertThat(table.doubts()).isEmpty();
        assertThat(table.knee().rows()).isEqualTo(16);
    }

    @Test
    void triesNoMoreThanItIsAllowedTo() {
        assertThat(sweep(rows -> MILLI + rows, 8).measured())
                .extracting(Measured::rows)
                .containsExactly(1, 2, 4, 8);
        assertThat(batches).doesNotContain(16);
    }

    @Test
    void sizesTakeTurns() {
        sweep(rows -> MILLI + rows);

        int sizes = 10;
        assertThat(batches.subList(3 * sizes, 4 * sizes)).containsExactly(1, 2, 4, 8, 16, 32, 64, 128, 256, 512);
    }

    @Test
    void tableShowsEverySizeAndTheChoice() {
        SweepTable table = new SweepTable(
                List.of(new Measured(1, 2 * MILLI), new Measured(2, 3 * MILLI, 2 * MILLI)),
                List.of(new Skipped(4, Reason.OVER_BUDGET), new Skipped(8, Reason.OVER_BUDGET)));

        assertThat(table.text().lines())
                .containsExactly(
                        " rows   ms/call    rows/s    ms/row  median/least",
                        "    1      2.00     500.0     2.000          1.00",
                        "    2      3.00     666.7     1.500          1.50  <- chosen",
                        "from 4 rows on not measured: it would take too long");
    }

    private SweepTable sweep(IntToLongFunction nanosByRows) {
        return sweep(nanosByRows, BatchSizeSweep.MOST_ROWS);
    }

    private SweepTable sweep(IntToLongFunction nanosByRows, int mostRows) {
        return new BatchSizeSweep(clock, Duration.ofSeconds(10))
                .run(
                        rows -> {
                            batches.add(rows);
                            clock.advance(nanosByRows.applyAsLong(rows));
                        },
                        mostRows);
    }
}
