package dev.sluice.engine;

import dev.sluice.engine.SweepTable.Measured;
import dev.sluice.engine.SweepTable.Reason;
import dev.sluice.engine.SweepTable.Skipped;
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
 * Measures calls of 1, 2, 4, … rows, to find the size from which on larger calls bring no more rows per second.
 *
 * <p>First each size in turn is called once unmeasured and twice measured, as long as doubling still helps, the device holds
 * it, and the budget allows enough rounds. Then the sizes take turns, so that whatever else the machine does in the
 * meantime falls on all of them alike; the median of a size's calls counts. Where the calls of a size differ too much, they
 * take more turns until the budget is spent. Confined to the thread that makes the calls.
 */
public final class CallSizeSweep {
    /** The most rows that a sweep tries. */
    public static final int MOST_ROWS = 512;

    private static final int ROUNDS = 7;

    /** Rounds that the budget must have room for before a larger size is tried. */
    private static final int LEAST_ROUNDS = 4;

    /** Two calls that were held up alike are rare; one is not. */
    private static final int FIRST_ROUNDS = 2;

    /** A doubling that gains less than this helps no more. */
    private static final double WORTHWHILE = 1.03;

    private static final int PATIENCE = 2;

    private final EngineClock clock;
    private final Duration budget;

    /**
     * A sweep.
     *
     * @param budget what the measured calls of one network may take; a first one that is slower than foreseen can exceed it
     */
    public CallSizeSweep(EngineClock clock, Duration budget) {
        this.clock = clock;
        this.budget = budget;
    }

    /**
     * Measures.
     *
     * @param call evaluates a call of so many rows, and throws {@link ModelException} where the device can't
     * @param mostRows size to end at
     * @throws ModelException if not even a call of one row succeeds
     */
    public SweepTable run(IntConsumer call, int mostRows) {
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
                    if (!affordable(candidates, call)) {
                        skipped.add(new Skipped(rows, Reason.OVER_BUDGET));
                        continue;
                    }
                    call.accept(rows);
                    for (int round = 0; round < FIRST_ROUNDS; round++) {
                        measure(candidate, call);
                    }
                    candidates.add(candidate);
                } catch (ModelException e) {
                    skipped.add(new Skipped(rows, failure(rows, e)));
                }
            }
        }
        for (int round = FIRST_ROUNDS; !enough(candidates, round) && spent(candidates) < budget.toNanos(); round++) {
            takeTurns(candidates, skipped, call);
        }
        return table(candidates, skipped);
    }

    /**
     * Measures one network of a bundle on calls of nothing but padding.
     *
     * @param layout of the network's rows
     * @param mostRows size to end at
     */
    public SweepTable run(RowLayout layout, RowFunction network, int mostRows) {
        Map<Integer, RowBuffers> bySize = new HashMap<>();
        return run(
                rows -> {
                    RowBuffers call = bySize.computeIfAbsent(rows, size -> new RowBuffers(size, layout));
                    call.clear();
                    call.pad();
                    network.evaluate(call);
                },
                mostRows);
    }

    private static SweepTable table(List<Candidate> candidates, List<Skipped> skipped) {
        return new SweepTable(candidates.stream().map(Candidate::measured).toList(), skipped);
    }

    /** Whether every size has its rounds, and its calls agree. */
    private static boolean enough(List<Candidate> candidates, int rounds) {
        return rounds >= ROUNDS
                && candidates.stream()
                        .allMatch(candidate -> candidate.measured().steady());
    }

    private void takeTurns(List<Candidate> candidates, List<Skipped> skipped, IntConsumer call) {
        for (Candidate candidate : List.copyOf(candidates)) {
            try {
                measure(candidate, call);
            } catch (ModelException e) {
                skipped.addFirst(new Skipped(candidate.rows(), failure(candidate.rows(), e)));
                candidates.remove(candidate);
            }
        }
    }

    private void measure(Candidate candidate, IntConsumer call) {
        long start = clock.nanos();
        call.accept(candidate.rows());
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
    private boolean affordable(List<Candidate> candidates, IntConsumer call) {
        if (candidates.isEmpty()) {
            return true;
        }
        Candidate last = candidates.getLast();
        while (!roundsFit(candidates) && last.calls() < ROUNDS && spent(candidates) < budget.toNanos()) {
            measure(last, call);
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

    /** A size and the times of its calls so far. */
    private static final class Candidate {
        private final int rows;
        private long[] callNanos = new long[ROUNDS];
        private int calls;

        Candidate(int rows) {
            this.rows = rows;
        }

        int rows() {
            return rows;
        }

        void add(long nanos) {
            if (calls == callNanos.length) {
                callNanos = Arrays.copyOf(callNanos, 2 * calls);
            }
            callNanos[calls++] = Math.max(1, nanos);
        }

        int calls() {
            return calls;
        }

        long least() {
            return Arrays.stream(callNanos, 0, calls).min().orElseThrow();
        }

        long spent() {
            return Arrays.stream(callNanos, 0, calls).sum();
        }

        /** The size with the median of its calls so far, the upper one of two. */
        Measured measured() {
            long[] sorted = Arrays.copyOf(callNanos, calls);
            Arrays.sort(sorted);
            return new Measured(rows, sorted[calls / 2], sorted[0]);
        }
    }
}
