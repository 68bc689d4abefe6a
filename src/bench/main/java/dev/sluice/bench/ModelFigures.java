package dev.sluice.bench;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was measured on one bundle.
 *
 * @param figures all but the schedule ratios; kinds that nobody asked for are missing
 * @param withGuide engine efficiency under classifier guidance
 * @param ratios a row for each seed row; empty where nobody asked
 */
public record ModelFigures(
        String name,
        long parameters,
        Map<FigureKind, Figure> figures,
        Optional<Figure> withGuide,
        List<ScheduleRatios.Row> ratios,
        List<String> notes) {
    public ModelFigures {
        figures = figures.isEmpty() ? Map.of() : new EnumMap<>(figures);
        ratios = List.copyOf(ratios);
        notes = List.copyOf(notes);
    }

    ModelFigures with(Map<FigureKind, Figure> more) {
        Map<FigureKind, Figure> all = new EnumMap<>(FigureKind.class);
        all.putAll(figures);
        all.putAll(more);
        return new ModelFigures(name, parameters, all, withGuide, ratios, notes);
    }
}
