package dev.sluice.engine.device;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * How fast batches of different sizes were.
 *
 * @param measured by ascending size, at least one
 * @param skipped sizes that were not measured, by ascending size
 */
public record SweepTable(List<Measured> measured, List<Skipped> skipped) {
    /** A size's speed may fall this far short of the best, and still be preferred for being smaller. */
    private static final double TOLERANCE = 0.03;

    /** How many times its fastest batch a size's median may take, where nothing else disturbs it. */
    private static final double STEADY = 1.2;

    public SweepTable {
        measured = List.copyOf(measured);
        skipped = List.copyOf(skipped);
        if (measured.isEmpty()) {
            throw new IllegalArgumentException("a sweep measures at least one size");
        }
    }

    /**
     * A size and the time of its batches.
     *
     * @param batchNanos their median
     * @param leastNanos the fastest
     */
    public record Measured(int rows, long batchNanos, long leastNanos) {
        public Measured {
            if (rows < 1 || leastNanos < 1 || batchNanos < leastNanos) {
                throw new IllegalArgumentException(rows + " rows in " + batchNanos + " ns, at best " + leastNanos);
            }
        }

        /** A size whose batches all took the same time. */
        public Measured(int rows, long batchNanos) {
            this(rows, batchNanos, batchNanos);
        }

        public double rowsPerSecond() {
            return rows * 1e9 / batchNanos;
        }

        public double batchMillis() {
            return batchNanos / 1e6;
        }

        public double rowMillis() {
            return batchMillis() / rows;
        }

        /** How many times the fastest batch the median took. */
        public double spread() {
            return (double) batchNanos / leastNanos;
        }

        boolean steady() {
            return spread() <= STEADY;
        }
    }

    /** A size and why it was not measured. */
    public record Skipped(int rows, Reason reason) {}

    /** Why a size was not measured. */
    public enum Reason {
        NO_FASTER("two doublings before it were no faster"),
        OVER_BUDGET("it would take too long"),
        FAILED("the device failed, most likely for want of memory");

        private final String text;

        Reason(String text) {
            this.text = text;
        }

        /** The reason in words. */
        public String text() {
            return text;
        }
    }

    /** The smallest size whose rows/s are within 3 % of the best: beyond it, batches only take longer. */
    public Measured knee() {
        double best =
                measured.stream().mapToDouble(Measured::rowsPerSecond).max().orElseThrow();
        return measured.stream()
                .filter(size -> size.rowsPerSecond() >= best * (1 - TOLERANCE))
                .min(Comparator.comparingInt(Measured::rows))
                .orElseThrow();
    }

    /** Why the knee may be another one, in words; nothing where it was measured well. */
    public List<String> doubts() {
        List<String> doubts = new ArrayList<>();
        measured.stream()
                .filter(size -> !size.steady())
                .max(Comparator.comparingDouble(Measured::spread))
                .ifPresent(size -> doubts.add(String.format(
                        Locale.ROOT,
                        "half of the calls of %d %s took %.1f times as long as the fastest or longer",
                        size.rows(),
                        size.rows() == 1 ? "row" : "rows",
                        size.spread())));
        skipped.stream()
                .filter(size -> size.reason() == Reason.OVER_BUDGET && lastDoublingHelped())
                .findFirst()
                .ifPresent(size ->
                        doubts.add("from " + size.rows() + " rows on nothing was measured: it would take too long"));
        return doubts;
    }

    /** Whether the largest size was so much faster than all before it that a larger one may be too. */
    private boolean lastDoublingHelped() {
        Measured last = measured.getLast();
        return measured.stream()
                .filter(size -> size.rows() < last.rows())
                .allMatch(size -> size.rowsPerSecond() < last.rowsPerSecond() * (1 - TOLERANCE));
    }

    /** The first of the sizes that were not measured for each reason. */
    public List<Skipped> firstSkipped() {
        Set<Reason> told = EnumSet.noneOf(Reason.class);
        return skipped.stream().filter(size -> told.add(size.reason())).toList();
    }

    /** The table for people: a line for each size, with the knee marked. */
    public String text() {
        Measured knee = knee();
        StringBuilder text = new StringBuilder(" rows   ms/call    rows/s    ms/row  median/least\n");
        for (Measured size : measured) {
            text.append(String.format(
                    Locale.ROOT,
                    "%5d %9.2f %9.1f %9.3f %13.2f%s%n",
                    size.rows(),
                    size.batchMillis(),
                    size.rowsPerSecond(),
                    size.rowMillis(),
                    size.spread(),
                    size.equals(knee) ? "  <- chosen" : ""));
        }
        for (Skipped size : firstSkipped()) {
            text.append(String.format(
                    Locale.ROOT,
                    "from %d rows on not measured: %s%n",
                    size.rows(),
                    size.reason().text()));
        }
        return text.toString();
    }
}
