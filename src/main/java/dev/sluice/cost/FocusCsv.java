package dev.sluice.cost;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.events.v1.ChargeKind;
import dev.sluice.wire.Price;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A report as CSV (RFC 4180) in the columns of FinOps FOCUS 1.x; what FOCUS has no column for begins with {@code x_}, as it
 * asks. A row has one tenant, SKU, unit price and kind of charge besides what was asked for, so that its list cost is its
 * unit price times its quantity.
 */
public final class FocusCsv {
    /** In the order in which {@link #focus} reads their values. */
    private static final List<Dimension> ALWAYS =
            List.of(Dimension.TENANT, Dimension.KIND, Dimension.SKU, Dimension.UNIT, Dimension.PRICE);

    private static final List<String> FOCUS = List.of(
            "BillingAccountId",
            "BillingCurrency",
            "ChargeCategory",
            "ChargeDescription",
            "ChargePeriodStart",
            "ChargePeriodEnd",
            "ServiceName",
            "SkuId",
            "ConsumedQuantity",
            "ConsumedUnit",
            "PricingQuantity",
            "PricingUnit",
            "ListUnitPrice",
            "ListCost",
            "EffectiveCost",
            "Tags");
    private static final List<String> OWN = List.of(
            "x_ChargeKind",
            "x_Requests",
            "x_Images",
            "x_Evaluations",
            "x_SkippedEvaluations",
            "x_SavedDeviceSeconds",
            "x_SavedCost",
            "x_KnownSince");

    /** What spreadsheets take for the beginning of a formula. */
    private static final Pattern FORMULA = Pattern.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20].*", Pattern.DOTALL);

    private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?");

    private FocusCsv() {}

    /** The dimensions that a report needs for this format. */
    public static List<Dimension> dimensions(List<Dimension> asked) {
        List<Dimension> all = new ArrayList<>(ALWAYS);
        asked.stream()
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
     */
    public static void print(CostReport report, Retained retained, PrintWriter out) {
        String knownSince = retained.since().map(Instant::toString).orElse("");
        List<String> head = new ArrayList<>(FOCUS);
        head.addAll(OWN);
        report.by().stream().skip(ALWAYS.size()).map(FocusCsv::column).forEach(head::add);
        print(head, out);
        for (CostReport.Line line : report.lines()) {
            List<String> row = new ArrayList<>(focus(line));
            row.addAll(own(line));
            row.add(knownSince);
            row.addAll(line.values().subList(ALWAYS.size(), line.values().size()));
            print(row, out);
        }
    }

    private static List<String> focus(CostReport.Line line) {
        Sums sums = line.sums();
        boolean overhead = line.values().get(1).equals(ChargeKind.OVERHEAD.name());
        return List.of(
                overhead ? Dimension.OVERHEAD : line.values().getFirst(),
                line.currency(),
                "Usage",
                overhead ? "Idle, warm-up and lost device time" : "Images made on request",
                sums.start().toString(),
                sums.end().toString(),
                "Sluice",
                line.values().get(2),
                Decimals.plain(Price.seconds(sums.deviceNanos())),
                "Device-Seconds",
                Decimals.plain(sums.pricingQuantity()),
                line.values().get(3),
                line.values().get(4),
                Decimals.plain(sums.listCost()),
                Decimals.plain(sums.effectiveCost()),
                json(line.tags()));
    }

    private static List<String> own(CostReport.Line line) {
        Sums sums = line.sums();
        return List.of(
                line.values().get(1),
                String.valueOf(sums.requests()),
                String.valueOf(sums.images()),
                String.valueOf(sums.evaluations()),
                String.valueOf(sums.skippedEvaluations()),
                Decimals.shown(line.saved().seconds()),
                Decimals.shown(line.saved().cost()));
    }

    private static String column(Dimension dimension) {
        return "x_" + dimension.name().substring(0, 1).toUpperCase(Locale.ROOT)
                + dimension.name().substring(1);
    }

    private static String json(Map<String, String> tags) {
        ObjectNode node = new JsonMapper().createObjectNode();
        new TreeMap<>(tags).forEach(node::put);
        return node.toString();
    }

    private static void print(List<String> cells, PrintWriter out) {
        out.print(cells.stream().map(FocusCsv::quoted).collect(Collectors.joining(",", "", "\r\n")));
    }

    /** A cell that is no number and would pass for a formula gets an apostrophe, as OWASP advises, and is quoted. */
    private static String quoted(String cell) {
        boolean formula =
                FORMULA.matcher(cell).matches() && !NUMBER.matcher(cell).matches();
        String text = formula ? "'" + cell : cell;
        return !formula && text.matches("[^\",\r\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
