package dev.sluice.cost;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.wire.Price;
import java.util.List;

/** A report for programs: one object. Seconds and money are strings with every digit, as no reader should make doubles of them. */
public final class CostJson {
    private CostJson() {}

    /** {@code {"by": [...], "lines": [...], "totals": [...]}}. */
    public static String of(CostReport report) {
        ObjectNode root = new JsonMapper().createObjectNode();
        report.by().forEach(dimension -> root.withArray("by").add(dimension.name()));
        root.putArray("lines");
        report.lines()
                .forEach(
                        line -> write(report.by(), line, root.withArray("lines").addObject()));
        root.putArray("totals");
        report.totals()
                .forEach(line -> write(List.of(), line, root.withArray("totals").addObject()));
        return root.toString();
    }

    private static void write(List<Dimension> by, CostReport.Line line, ObjectNode node) {
        for (int i = 0; i < by.size(); i++) {
            node.put(by.get(i).name(), line.values().get(i));
        }
        Sums sums = line.sums();
        node.put("start", sums.start().toString())
                .put("end", sums.end().toString())
                .put("requests", sums.requests())
                .put("images", sums.images())
                .put("deviceSeconds", Decimals.plain(Price.seconds(sums.deviceNanos())))
                .put("evaluations", sums.evaluations())
                .put("listCost", Decimals.plain(sums.listCost()))
                .put("effectiveCost", Decimals.plain(sums.effectiveCost()))
                .put("currency", line.currency())
                .put("skippedEvaluations", sums.skippedEvaluations())
                .put("savedDeviceSeconds", Decimals.shown(line.saved().seconds()))
                .put("savedCost", Decimals.shown(line.saved().cost()))
                .put("unvaluedEvaluations", line.saved().unvalued());
    }
}
