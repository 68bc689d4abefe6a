package dev.sluice.engine.device;

import dev.sluice.engine.clock.EngineClock;
import dev.sluice.engine.device.SweepTable.Measured;
import dev.sluice.engine.device.SweepTable.Reason;
import dev.sluice.engine.device.SweepTable.Skipped;
import dev.sluice.model.ModelException;
import dev.sluice.model.RowBuffers;
import dev.sluice.model.RowFunction;
import dev.sluice.model.RowLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * Measures batches of 1, 2, 4, … rows, to find the size from which on larger batches bring no more rows per second.
 *
 * <p>First each size in turn is called once unmeasured and twice measured, as long as doubling still helps, the device holds
 * it, and the budget allows enough rounds. Then the sizes take turns, so that whatever else the machine does in the
 * meantime falls on all of them alike; the median of a size's batches counts. Where the batches of a size differ too much, they
 * take more turns until the budget is spent. Confined to the thread that makes the batches.
 */
public final class BatchSizeSweep {
    /** The most rows that a sweep tries. */
    public static final int MOST_ROWS = 512;

    private static final int ROUNDS = 7;

    /** Rounds that the budget must have room for before a larger size is tried. */
    private static final int LEAST_ROUNDS = 4;

    /** Two batches that were held up alike are rare; one is not. */
    private static final int FIRST_ROUNDS = 2;

    /** A doubling that gains less than this helps no more. */
    private static final double WORTHWHILE = 1.03;

    private static final int PATIENCE = 2;

    private final EngineClock clock;
    private final Duration budget;

    /**
     * A sweep.
     *
     * @param budget what the measured batches of one network may take; a first one that is slower than foreseen can exceed it
     */
    public BatchSizeSweep(EngineClock clock, Duration budget) {
        this.clock = clock;
        this.budget = budget;
    }

    /**
     * Measures.
     *
     * @param batch evaluates a batch of so many rows, and throws {@link ModelException} where the device can't
     * @param mostRows size to end at
     * @throws ModelException if not even a batch of one row succeeds
     */
    public SweepTable run(IntConsumer batch, int mostRows) {
        if (mostRows < 1) {
            throw new IllegalArgumentException("a sweep needs at least 1 row, not " + mostRows);
        }
        List<Candidate> candidates = new ArrayList<>();
        List<Skipped> skipped = new ArrayList<>();
        for (int rows = 1; rows <= mostRows; rows *= 2) {
            if (!skipped.isEmpty()) {
                skipped.add(new Skipped(rows, skipped.getFirst().reason()));
            } else if (flat(candidates)) {
                skipped.add(new Skipped(rows, Reason.NO_FASTER));
            } else {
                Candidate candidate = new Candidate(rows);
                try {
                    if (!affordable(candidates, batch)) {
                        skipped.add(new Skipped(rows, Reason.OVER_BUDGET));
                        continue;
                    }
                    batch.accept(rows);
                    for (int round = 0; round < FIRST_ROUNDS; round++) {
                        measure(candidate, batch);
                    }
                    candidates.add(candidate);
                } catch (ModelException e) {
                    skipped.add(new Skipped(rows, failure(rows, e)));
                }
            }
        }
        for (int round = FIRST_ROUNDS; !enough(candidates, round) && spent(candidates) < budget.toNanos(); round++) {
            takeTurns(candidates, skipped, batch);
        }
        return table(candidates, skipped);
    }

    /**
     * Measures one network of a bundle on batches of nothing but padding.
     *
     * @param layout of the network's rows
     * @param mostRows size to end at
     */
    public SweepTable run(RowLayout layout, RowFunction network, int mostRows) {
        Map<Integer, RowBuffers> bySize = new HashMap<>();
        return run(
                rows -> {
                    RowBuffers batch = bySize.computeIfAbsent(rows, size -> new RowBuffers(size, layout));
                    batch.clear();
                    batch.pad();
                    network.evaluate(batch);
                },
                mostRows);
    }

    private static SweepTable table(List<Candidate> candidates, List<Skipped> skipped) {
        return new SweepTable(candidates.stream().map(Candidate::measured).toList(), skipped);
    }

    /** Whether every size has its rounds, and its batches agree. */
    private static boolean enough(List<Candidate> candidates, int rounds) {
        return rounds >= ROUNDS
                && candidates.stream()
                        .allMatch(candidate -> candidate.measured().steady());
    }

    private void takeTurns(List<Candidate> candidates, List<Skipped> skipped, IntConsumer batch) {
        for (Candidate candidate : List.copyOf(candidates)) {
            try {
                measure(candidate, batch);
            } catch (ModelException e) {
                skipped.addFirst(new Skipped(candidate.rows(), failure(candidate.rows(), e)));
                candidates.remove(candidate);
            }
        }
    }

    private void measure(Candidate candidate, IntConsumer batch) {
        long start = clock.nanos();
        batch.accept(candidate.rows());
        candidate.add(clock.nanos() - start);
    }

    private static Reason failure(int rows, ModelException e) {
        if (rows == 1) {
            throw e;
        }
        return Reason.FAILED;
    }

    /** Whether the last doublings gained nothing on the best size before them. */
    private static boolean flat(List<Candidate> candidates) {
        int before = candidates.size() - PATIENCE;
        return before >= 1 && best(candidates) < WORTHWHILE * best(candidates.subList(0, before));
    }

    private static double best(List<Candidate> candidates) {
        return candidates.stream()
                .mapToDouble(candidate -> candidate.rows() / (double) candidate.least())
                .max()
                .orElseThrow();
    }

    /** Whether a larger size fits the budget, once the last one was called often enough to know how fast it can be. */
    private boolean affordable(List<Candidate> candidates, IntConsumer batch) {
        if (candidates.isEmpty()) {
            return true;
        }
        Candidate last = candidates.getLast();
        while (!roundsFit(candidates) && last.batches() < ROUNDS && spent(candidates) < budget.toNanos()) {
            measure(last, batch);
        }
        return roundsFit(candidates) && spent(candidates) < budget.toNanos();
    }

    /** Whether enough rounds fit with the next size among them, at worst twice as slow as the last, if nothing disturbs them. */
    private boolean roundsFit(List<Candidate> candidates) {
        long round = candidates.stream().mapToLong(Candidate::least).sum();
        long next = 2 * candidates.getLast().least();
        return LEAST_ROUNDS * (round + next) <= budget.toNanos();
    }

    private static long spent(List<Candidate> candidates) {
        return candidates.stream().mapToLong(Candidate::spent).sum();
    }

    /** A size and the times of its batches so far. */
    private static final class Candidate {
        private final int rows;
        private long[] batchNanos = new long[ROUNDS];
        private int batches;

        Candidate(int rows) {
            this.rows = rows;
        }

        int rows() {
            return rows;
        }

        void add(long nanos) {
            if (batches == batchNanos.length) {
                batchNanos = Arrays.copyOf(batchNanos, 2 * batches);
            }
            batchNanos[batches++] = Math.max(1, nanos);
        }

        int batches() {
            return batches;
        }

        long least() {
            return Arrays.stream(batchNanos, 0, batches).min().orElseThrow();
        }

        long spent() {
            return Arrays.stream(batchNanos, 0, batches).sum();
        }

        /** The size with the median of its batches so far, the upper one of two. */
        Measured measured() {
            long[] sorted = Arrays.copyOf(batchNanos, batches);
            Arrays.sort(sorted);
            return new Measured(rows, sorted[batches / 2], sorted[0]);
        }
    }
}
