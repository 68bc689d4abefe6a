package dev.sluice.engine.metering;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CostSplitTest {
    static LongStream seeds() {
        return LongStream.range(0, 50);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void sharesAddUpAndDifferByAtMostOne(long seed) {
        CostSplit split = random(seed);

        long[] shares = rows(split).mapToLong(split::share).toArray();

        assertThat(LongStream.of(shares).sum()).isEqualTo(split.nanos());
        assertThat(spread(shares)).isLessThanOrEqualTo(1);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void paddingIsPaidInEqualPartsOutOfTheShares(long seed) {
        CostSplit split = random(seed);

        long[] paddingShares = rows(split).mapToLong(split::paddingShare).toArray();

        assertThat(LongStream.of(paddingShares).sum())
                .isEqualTo(split.nanos() * (split.batchSize() - split.usedRows()) / split.batchSize());
        assertThat(spread(paddingShares)).isLessThanOrEqualTo(1);
        assertThat(rows(split)).allMatch(row -> split.paddingShare(row) <= split.share(row));
    }

    @Test
    void fullCallHasNoPaddingToPay() {
        CostSplit split = new CostSplit(1_000_003, 16, 16);

        assertThat(rows(split)).allMatch(row -> split.paddingShare(row) == 0);
    }

    private static CostSplit random(long seed) {
        Random random = new Random(seed);
        int batchSize = 1 + random.nextInt(64);
        return new CostSplit(random.nextLong(10_000_000_000L), 1 + random.nextInt(batchSize), batchSize);
    }

    private static IntStream rows(CostSplit split) {
        return IntStream.range(0, split.usedRows());
    }

    private static long spread(long[] values) {
        return LongStream.of(values).max().orElseThrow()
                - LongStream.of(values).min().orElseThrow();
    }
}
