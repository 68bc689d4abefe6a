package dev.sluice.cost;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.pricing.Price;
import java.time.Instant;
import java.util.List;

/** A report for programs: one object. Seconds and money are strings with every digit, as no reader should make doubles of them. */
public final class CostJson {
    private CostJson() {}

    /**
     * {@code {"by": [...], "lines": [...], "totals": [...], "known": {...}}}. Overhead has no tenant: null, where that is asked for.
     *
     * @param from where the period begins that was asked for
     */
    public static String of(CostReport report, Retained retained, Instant from) {
        ObjectNode root = new JsonMapper().createObjectNode();
        report.by().forEach(dimension -> root.withArray("by").add(dimension.name()));
        root.putArray("lines");
        report.lines()
                .forEach(
                        line -> write(report.by(), line, root.withArray("lines").addObject()));
        root.putArray("totals");
        report.totals()
                .forEach(line -> write(List.of(), line, root.withArray("totals").addObject()));
        root.set("known", known(retained, from));
        return root.toString();
    }

    /** {@code {"complete": ..., "since": ..., "shortened": [...]}}: since is null where nothing was ever deleted. */
    public static ObjectNode known(Retained retained, Instant from) {
        ObjectNode known = new JsonMapper().createObjectNode();
        known.put("complete", retained.covers(from));
        known.put("since", retained.since().map(Instant::toString).orElse(null));
        ArrayNode shortened = known.putArray("shortened");
        retained.shortened()
                .forEach(partition -> shortened
                        .addObject()
                        .put("partition", partition.number())
                        .put("firstOffset", partition.firstOffset())
                        .put("since", partition.since().toString())
                        .put("empty", partition.empty()));
        return known;
    }

    private static void write(List<Dimension> by, CostReport.Line line, ObjectNode node) {
        for (int i = 0; i < by.size(); i++) {
            String value = line.values().get(i);
            boolean overhead = value.isEmpty() && by.get(i).name().equals(Dimension.TENANT.name());
            node.put(by.get(i).name(), overhead ? null : value);
        }
        Sums sums = line.sums();
        node.put("start", sums.start().toString())
                .put("end", sums.end().toString())
                .put("requests", sums.requests())
                .put("images", sums.images())
                .put("deviceSeconds", Decimals.plain(Price.seconds(sums.deviceNanos())))
                .put("freeDeviceSeconds", Decimals.plain(Price.seconds(sums.freeNanos())))
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
