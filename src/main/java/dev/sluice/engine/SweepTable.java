package dev.sluice.engine;

import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * How fast calls of different sizes were.
 *
 * @param measured by ascending size, at least one
 * @param skipped sizes that were not measured, by ascending size
 */
public record SweepTable(List<Measured> measured, List<Skipped> skipped) {
    /** A size's speed may fall this far short of the best, and still be preferred for being smaller. */
    private static final double TOLERANCE = 0.03;

    public SweepTable {
        measured = List.copyOf(measured);
        skipped = List.copyOf(skipped);
        if (measured.isEmpty()) {
            throw new IllegalArgumentException("a sweep measures at least one size");
        }
    }

    /** A size and the median time of its calls. */
    public record Measured(int rows, long callNanos) {
        public Measured {
            if (rows < 1 || callNanos < 1) {
                throw new IllegalArgumentException(rows + " rows in " + callNanos + " ns");
            }
        }

        public double rowsPerSecond() {
            return rows * 1e9 / callNanos;
        }

        public double callMillis() {
            return callNanos / 1e6;
        }

        public double rowMillis() {
            return callMillis() / rows;
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
    }

    /** The smallest size whose rows/s are within 3 % of the best: beyond it, calls only take longer. */
    public Measured knee() {
        double best =
                measured.stream().mapToDouble(Measured::rowsPerSecond).max().orElseThrow();
        return measured.stream()
                .filter(size -> size.rowsPerSecond() >= best * (1 - TOLERANCE))
                .min(Comparator.comparingInt(Measured::rows))
                .orElseThrow();
    }

    /** For people: a line for each size, the knee marked. */
    public String text() {
        Measured knee = knee();
        StringBuilder text = new StringBuilder(" rows   ms/call    rows/s    ms/row\n");
        for (Measured size : measured) {
            text.append(String.format(
                    Locale.ROOT,
                    "%5d %9.2f %9.1f %9.3f%s%n",
                    size.rows(),
                    size.callMillis(),
                    size.rowsPerSecond(),
                    size.rowMillis(),
                    size.equals(knee) ? "  <- chosen" : ""));
        }
        Set<Reason> told = EnumSet.noneOf(Reason.class);
        for (Skipped size : skipped) {
            if (told.add(size.reason())) {
                text.append(String.format(
                        Locale.ROOT, "from %d rows on not measured: %s%n", size.rows(), size.reason().text));
            }
        }
        return text.toString();
    }
}
