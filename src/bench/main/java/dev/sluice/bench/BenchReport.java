package dev.sluice.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.bench.Figure.Measured;
import dev.sluice.bench.Figure.NotMeasured;
import dev.sluice.text.Paragraph;
import dev.sluice.text.Table;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Everything that a run of the bench found.
 *
 * @param models the first is the one whose figures stand at the top; it also has those that need no model
 */
public record BenchReport(Machine machine, Versions versions, List<ModelFigures> models) {
    public BenchReport {
        models = List.copyOf(models);
    }

    /**
     * One object: the first bundle's figures by their keys, null where one was not measured; machine and versions; the
     * other bundles' figures; spreads and notes under {@code details}.
     */
    public JsonNode asJson() {
        JsonMapper json = new JsonMapper();
        ObjectNode root = json.createObjectNode();
        put(root, models.getFirst());
        root.set("machine", json.valueToTree(machine));
        root.set("versions", json.valueToTree(versions));
        ArrayNode others = root.putArray("bundles");
        for (ModelFigures model : models.subList(1, models.size())) {
            ObjectNode other = others.addObject();
            identify(other, model);
            put(other, model);
            other.set("details", details(json, model));
        }
        ObjectNode details = details(json, models.getFirst());
        identify(details, models.getFirst());
        root.set("details", details);
        return root;
    }

    private static void identify(ObjectNode node, ModelFigures model) {
        node.put("name", model.name()).put("parameters", model.parameters());
    }

    private static void put(ObjectNode node, ModelFigures model) {
        for (FigureKind kind : FigureKind.values()) {
            if (kind == FigureKind.SCHEDULE_RATIOS) {
                ArrayNode rows = node.putArray(kind.key());
                for (ScheduleRatios.Row row : model.ratios()) {
                    rows.addObject()
                            .put("row", row.row())
                            .put("measured", row.measured())
                            .put("ideal", row.ideal())
                            .put("ratioToIdeal", row.ratioToIdeal());
                }
            } else if (model.figures().get(kind) instanceof Measured measured) {
                node.put(kind.key(), measured.value());
            } else {
                node.putNull(kind.key());
            }
        }
    }

    private static ObjectNode details(JsonMapper json, ModelFigures model) {
        ObjectNode details = json.createObjectNode();
        ArrayNode notes = details.putArray("notes");
        model.notes().forEach(notes::add);
        model.figures().forEach((kind, figure) -> details.set(kind.key(), detail(json, figure)));
        model.withGuide().ifPresent(figure -> details.set("engineEfficiencyWithGuide", detail(json, figure)));
        ObjectNode ratios = details.putObject(FigureKind.SCHEDULE_RATIOS.key());
        model.ratios().forEach(row -> ratios.set(row.row(), json.valueToTree(row.spread())));
        return details;
    }

    private static ObjectNode detail(JsonMapper json, Figure figure) {
        ObjectNode detail = json.createObjectNode();
        switch (figure) {
            case Measured measured -> {
                detail.set("spread", json.valueToTree(measured.spread()));
                measured.note().ifPresent(note -> detail.put("note", note));
            }
            case NotMeasured(String why) -> detail.put("notMeasured", why);
        }
        return detail;
    }

    /**
     * As tables for people, one for each bundle.
     *
     * @param width of the terminal
     */
    public void print(PrintWriter out, int width) {
        say(
                out,
                width,
                String.format(
                        Locale.ROOT,
                        "%s, %d cores, %d GB, device %s, %s",
                        machine.cpu(),
                        machine.cores(),
                        machine.memoryGb(),
                        machine.device(),
                        machine.os()));
        say(
                out,
                width,
                "Sluice " + versions.sluice() + " (" + versions.commit() + "), " + versions.jvm() + ", libtorch "
                        + versions.libtorch());
        models.forEach(model -> print(out, model, width));
    }

    private static void print(PrintWriter out, ModelFigures model, int width) {
        out.println();
        say(out, width, String.format(Locale.ROOT, "%s, %,d parameters", model.name(), model.parameters()));
        model.notes().forEach(note -> say(out, width, "  " + note));
        out.println();
        Table table = Table.ofFigures(1, List.of("figure", "target", "measured", "quartiles", "met"));
        List<String> notes = new ArrayList<>();
        for (FigureKind kind : FigureKind.values()) {
            Figure figure = model.figures().get(kind);
            if (figure != null) {
                row(table, notes, kind, kind.title(), figure);
            }
            if (kind == FigureKind.ENGINE_EFFICIENCY) {
                model.withGuide().ifPresent(other -> row(table, notes, kind, kind.title() + ", with guide", other));
            }
            if (kind == FigureKind.SCHEDULE_RATIOS) {
                model.ratios().forEach(row -> row(table, row));
            }
        }
        table.print(out, width);
        notes.forEach(note -> say(out, width, note));
    }

    private static void say(PrintWriter out, int width, String text) {
        Paragraph.lines(text, width, 4).forEach(out::println);
    }

    private static void row(Table table, ScheduleRatios.Row row) {
        FigureKind kind = FigureKind.SCHEDULE_RATIOS;
        table.row(List.of(
                row.row() + ": " + Numbers.brief(row.measured()) + " ÷ " + Numbers.brief(row.ideal()),
                kind.target(),
                Numbers.brief(row.ratioToIdeal()),
                quartiles(row.spread()),
                kind.met(row.ratioToIdeal()) ? "yes" : "no"));
    }

    private static void row(Table table, List<String> notes, FigureKind kind, String title, Figure figure) {
        switch (figure) {
            case Measured measured -> {
                table.row(List.of(
                        title,
                        kind.target(),
                        Numbers.brief(measured.value()),
                        quartiles(measured.spread()),
                        kind.met(measured.value()) ? "yes" : "no"));
                measured.note().ifPresent(note -> notes.add(title + ": " + note));
            }
            case NotMeasured(String why) -> {
                table.row(List.of(title, kind.target(), "-", "-", "-"));
                notes.add(title + " not measured: " + why);
            }
        }
    }

    private static String quartiles(Spread spread) {
        return spread.samples() == 1
                ? "one sample"
                : Numbers.brief(spread.lower()) + " … " + Numbers.brief(spread.upper());
    }
}
