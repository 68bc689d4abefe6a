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
 * <p>First each size in turn is called once unmeasured and once measured, as long as doubling still helps, the device holds
 * it, and the budget allows all its rounds. Then the sizes take turns, so that whatever else the machine does in the
 * meantime falls on all of them alike; the median of a size's calls counts. Confined to the thread that makes the calls.
 */
public final class CallSizeSweep {
    private static final int ROUNDS = 7;

    /** A doubling that gains less than this helps no more. */
    private static final double WORTHWHILE = 1.03;

    private static final int PATIENCE = 2;

    private final EngineClock clock;
    private final Duration budget;
    private final int maxRows;

    /**
     * A sweep.
     *
     * @param budget what it may take; a first call that is slower than foreseen can exceed it
     * @param maxRows size to end at
     */
    public CallSizeSweep(EngineClock clock, Duration budget, int maxRows) {
        if (maxRows < 1) {
            throw new IllegalArgumentException("a sweep needs at least 1 row, not " + maxRows);
        }
        this.clock = clock;
        this.budget = budget;
        this.maxRows = maxRows;
    }

    /**
     * Measures.
     *
     * @param call evaluates a call of so many rows, and throws {@link ModelException} where the device can't
     * @throws ModelException if not even a call of one row succeeds
     */
    public SweepTable run(IntConsumer call) {
        long start = clock.nanos();
        List<Candidate> candidates = new ArrayList<>();
        List<Skipped> skipped = new ArrayList<>();
        for (int rows = 1; rows <= maxRows; rows *= 2) {
            if (!skipped.isEmpty()) {
                skipped.add(new Skipped(rows, skipped.getFirst().reason()));
            } else if (flat(candidates)) {
                skipped.add(new Skipped(rows, Reason.NO_FASTER));
            } else if (!affordable(candidates, clock.nanos() - start)) {
                skipped.add(new Skipped(rows, Reason.OVER_BUDGET));
            } else {
                Candidate candidate = new Candidate(rows);
                try {
                    call.accept(rows);
                    measure(candidate, call);
                    candidates.add(candidate);
                } catch (ModelException e) {
                    skipped.add(new Skipped(rows, failure(rows, e)));
                }
            }
        }
        for (int round = 1; round < ROUNDS && clock.nanos() - start < budget.toNanos(); round++) {
            takeTurns(candidates, skipped, call);
        }
        return new SweepTable(candidates.stream().map(Candidate::measured).toList(), skipped);
    }

    /**
     * Measures one network of a bundle on calls of nothing but padding.
     *
     * @param layout of the network's rows
     */
    public SweepTable run(RowLayout layout, RowFunction network) {
        Map<Integer, RowBuffers> bySize = new HashMap<>();
        return run(rows -> {
            RowBuffers call = bySize.computeIfAbsent(rows, size -> new RowBuffers(size, layout));
            call.clear();
            call.pad();
            network.evaluate(call);
        });
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
                .mapToDouble(candidate -> candidate.measured().rowsPerSecond())
                .max()
                .orElseThrow();
    }

    /** Whether all rounds fit the budget with the next size among them, at worst twice as slow as the last. */
    private boolean affordable(List<Candidate> candidates, long spentNanos) {
        if (candidates.isEmpty()) {
            return true;
        }
        long round = candidates.stream()
                .mapToLong(candidate -> candidate.measured().callNanos())
                .sum();
        long next = 2 * candidates.getLast().measured().callNanos();
        return spentNanos + (ROUNDS - 1) * round + (ROUNDS + 1) * next <= budget.toNanos();
    }

    /** A size and the times of its calls so far. */
    private static final class Candidate {
        private final int rows;
        private final long[] callNanos = new long[ROUNDS];
        private int calls;

        Candidate(int rows) {
            this.rows = rows;
        }

        int rows() {
            return rows;
        }

        void add(long nanos) {
            callNanos[calls++] = nanos;
        }

        /** With the median of the calls so far, the upper one of two. */
        Measured measured() {
            long[] sorted = Arrays.copyOf(callNanos, calls);
            Arrays.sort(sorted);
            return new Measured(rows, Math.max(1, sorted[calls / 2]));
        }
    }
}
