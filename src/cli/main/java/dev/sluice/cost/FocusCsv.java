package dev.sluice.cost;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A report as CSV in the columns of FinOps FOCUS; what FOCUS has no column for begins with {@code x_}, as it asks.
 * Besides what was asked for, a row has one tenant, SKU, unit price, kind of charge and {@linkplain ChargePeriod charge
 * period}. So its list cost is its unit price times its quantity, and it lies in one billing period.
 */
public final class FocusCsv {
    private static final List<Dimension> ALWAYS =
            List.of(Dimension.TENANT, Dimension.KIND, Dimension.SKU, Dimension.UNIT, Dimension.PRICE);

    private static final List<String> OWN = List.of(
            "x_ChargeKind",
            "x_Requests",
            "x_Images",
            "x_Evaluations",
            "x_SkippedEvaluations",
            "x_SavedDeviceSeconds",
            "x_SavedCost",
            "x_KnownSince");

    private FocusCsv() {}

    /** The dimensions that a report needs for this format. */
    public static List<Dimension> dimensions(List<Dimension> asked) {
        List<Dimension> all = new ArrayList<>(ALWAYS);
        all.add(ChargePeriod.of(asked).dimension());
        asked.stream()
                .filter(dimension -> !ChargePeriod.isTime(dimension))
                .filter(dimension ->
                        ALWAYS.stream().noneMatch(other -> other.name().equals(dimension.name())))
                .forEach(all::add);
        return all;
    }

    /**
     * Prints a head and a row for each line.
     *
     * @param report by {@link #dimensions}
     * @param retained what the topic still had; {@code x_KnownSince} is empty where that is everything
     * @param from the first moment that the report is of
     * @param to the first that it is no longer of
     */
    public static void print(
            CostReport report, Retained retained, FocusSettings settings, Instant from, Instant to, PrintWriter out) {
        List<FocusColumn> columns = FocusColumn.of(settings.version());
        List<Integer> asked = new ArrayList<>();
        for (int i = ALWAYS.size() + 1; i < report.by().size(); i++) {
            if (!isElsewhere(report.by().get(i))) {
                asked.add(i);
            }
        }
        String knownSince =
                retained.since().map(FocusRow::roundedUp).map(FocusRow::written).orElse("");
        List<String> head = new ArrayList<>();
        columns.forEach(column -> head.add(column.name()));
        head.addAll(OWN);
        asked.forEach(place -> head.add(name(report.by().get(place))));
        ChargePeriod period = ChargePeriod.of(report.by());
        try (Csv csv = new Csv(out)) {
            csv.row(head);
            for (CostReport.Line line : report.lines()) {
                FocusRow row = new FocusRow(line, report.by(), period, settings, from, to);
                List<String> cells = new ArrayList<>();
                columns.forEach(column -> cells.add(column.of().apply(row)));
                cells.addAll(own(row));
                cells.add(knownSince);
                asked.forEach(place -> cells.add(line.values().get(place)));
                csv.row(cells);
            }
        }
    }

    /** Whether a column of the specification says it: the worker is the resource, and tags have a column. */
    private static boolean isElsewhere(Dimension dimension) {
        return dimension.name().equals(Dimension.WORKER.name()) || dimension.isTag();
    }

    private static List<String> own(FocusRow row) {
        Sums sums = row.line().sums();
        return List.of(
                row.kind(),
                String.valueOf(sums.requests()),
                String.valueOf(sums.images()),
                String.valueOf(sums.evaluations()),
                String.valueOf(sums.skippedEvaluations()),
                Decimals.shown(row.line().saved().seconds()),
                Decimals.shown(row.line().saved().cost()));
    }

    private static String name(Dimension dimension) {
        return "x_" + dimension.name().substring(0, 1).toUpperCase(Locale.ROOT)
                + dimension.name().substring(1);
    }
}
