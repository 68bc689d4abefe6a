package dev.sluice.cost;

import dev.sluice.pricing.Price;
import dev.sluice.request.Printable;
import dev.sluice.text.Paragraph;
import dev.sluice.text.Table;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A report for people. Names are printed with what is no text in them escaped. Money and seconds are rounded to billionths, each by itself. */
public final class CostTable {
    private static final String NONE = "-";
    private static final String TOTAL = "total";
    private static final Set<String> OWN_WORDS = Set.of(NONE, TOTAL, Dimension.OVERHEAD);

    private CostTable() {}

    /**
     * Prints the report's lines and its totals, since when the topic knows, and what was charged at a price of 0.
     *
     * @param from where the period begins that was asked for
     * @param width of the terminal
     */
    public static void print(CostReport report, Retained retained, Instant from, int width, PrintWriter out) {
        table(report).print(out, width);
        notes(report, retained, from)
                .forEach(note -> Paragraph.lines(note, width, 2).forEach(out::println));
    }

    private static Table table(CostReport report) {
        Table table = Table.ofFigures(report.by().size(), heads(report));
        report.lines().forEach(line -> table.row(cells(shown(report.by(), line.values()), line)));
        report.totals().forEach(line -> table.row(cells(totalValues(report.by().size()), line)));
        return table;
    }

    private static List<String> notes(CostReport report, Retained retained, Instant from) {
        List<String> notes = new ArrayList<>();
        if (report.lines().isEmpty()) {
            notes.add("There is no charge in this period.");
        }
        long unvalued = report.totals().stream()
                .mapToLong(line -> line.saved().unvalued())
                .sum();
        if (unvalued > 0) {
            notes.add(unvalued + " skipped evaluations are in no saving: none of their kind was measured.");
        }
        retained.note(from).ifPresent(notes::add);
        report.freeNote().ifPresent(notes::add);
        return notes;
    }

    private static List<String> heads(CostReport report) {
        List<String> heads = new ArrayList<>();
        report.by().forEach(dimension -> heads.add(dimension.name()));
        heads.addAll(List.of(
                "requests",
                "images",
                "device s",
                "evaluations",
                "list cost",
                "effective cost",
                "currency",
                "skipped",
                "saved s",
                "saved cost"));
        return heads;
    }

    private static List<String> cells(List<String> values, CostReport.Line line) {
        Sums sums = line.sums();
        List<String> cells = new ArrayList<>();
        cells.addAll(values);
        cells.addAll(List.of(
                String.valueOf(sums.requests()),
                String.valueOf(sums.images()),
                Decimals.shown(Price.seconds(sums.deviceNanos())),
                String.valueOf(sums.evaluations()),
                Decimals.shown(sums.listCost()),
                Decimals.shown(sums.effectiveCost()),
                line.currency(),
                String.valueOf(sums.skippedEvaluations()),
                Decimals.shown(line.saved().seconds()),
                Decimals.shown(line.saved().cost())));
        return cells;
    }

    private static List<String> shown(List<Dimension> by, List<String> values) {
        List<String> shown = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            shown.add(values.get(i).isEmpty() ? nobody(by.get(i)) : somebody(values.get(i)));
        }
        return shown;
    }

    private static String nobody(Dimension dimension) {
        return dimension.name().equals(Dimension.TENANT.name()) ? Dimension.OVERHEAD : NONE;
    }

    /** A name that would pass for one of the table's own words is quoted. */
    private static String somebody(String value) {
        String printable = Printable.line(value);
        boolean mistakable = OWN_WORDS.contains(printable) || printable.startsWith("\"");
        return mistakable ? '"' + printable + '"' : printable;
    }

    private static List<String> totalValues(int dimensions) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < dimensions; i++) {
            values.add(i == 0 ? TOTAL : "");
        }
        return values;
    }
}
