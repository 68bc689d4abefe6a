package dev.sluice.demo;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.text.Paragraph;
import dev.sluice.text.Table;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The demo's figures, a line per row of its plan.
 *
 * @param settled requests with exactly one outcome
 * @param evaluationsPlanned what the plans of all requests add up to
 * @param evaluationsCounted rows that entered the modules, padding and texts left out: plans don't hold texts, which requests share
 */
public record DemoTable(
        int requests,
        int settled,
        long evaluationsPlanned,
        long evaluationsCounted,
        long chargedNanos,
        List<Line> lines) {
    public DemoTable {
        lines = List.copyOf(lines);
    }

    /**
     * A row's figures, per image where nothing else is said.
     *
     * @param steps sampling steps
     * @param evaluations denoiser and guide rows
     * @param evaluationsFull the same if every step were guided
     * @param savedPercent of evaluationsFull
     * @param ratio of device time, to that of the row which guides every step
     * @param cost in the price's currency, of all images of the line
     * @param guideHits share of images that show their class by the guiding classifier
     * @param auditorHits the same by the off-sampling classifier
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Line(
            String schedule,
            String model,
            int steps,
            int images,
            int guidedSteps,
            double evaluations,
            double evaluationsFull,
            double savedPercent,
            double deviceMillis,
            @Nullable Double ratio,
            BigDecimal cost,
            @Nullable Double guideHits,
            @Nullable Double auditorHits) {}

    static @Nullable Double orNull(OptionalDouble value) {
        return value.isPresent() ? (Double) value.getAsDouble() : null;
    }

    /**
     * Prints the table for people. What is the same in every row stands below it.
     *
     * @param currency of the costs
     * @param width of the terminal
     */
    public void print(PrintWriter out, String currency, int width) {
        boolean alike = lines.stream()
                        .map(line -> List.of(line.images(), line.steps()))
                        .distinct()
                        .count()
                == 1;
        List<String> heads = new ArrayList<>(List.of("schedule"));
        if (!alike) {
            heads.addAll(List.of("images", "steps"));
        }
        heads.addAll(List.of("guided", "evals", "saved", "ms", "ratio", "cost " + currency, "guide", "audit"));
        Table table = Table.ofFigures(1, heads);
        for (Line line : lines) {
            List<String> cells = new ArrayList<>(List.of(line.schedule()));
            if (!alike) {
                cells.addAll(List.of(String.valueOf(line.images()), String.valueOf(line.steps())));
            }
            cells.addAll(List.of(
                    String.valueOf(line.guidedSteps()),
                    String.format(Locale.ROOT, "%.0f", line.evaluations()),
                    String.format(Locale.ROOT, "%.1f%%", line.savedPercent()),
                    String.format(Locale.ROOT, "%.1f", line.deviceMillis()),
                    line.ratio() == null ? "-" : String.format(Locale.ROOT, "%.2f", line.ratio()),
                    line.cost().toPlainString(),
                    percent(line.guideHits()),
                    percent(line.auditorHits())));
            table.row(cells);
        }
        table.print(out, width);
        String below = (alike
                        ? lines.getFirst().images() + " images a row, "
                                + lines.getFirst().steps() + " steps. "
                        : "")
                + "Of one image: evals (of denoiser and guide) and device ms. Cost: of all images of a row. Hits: by the classifier that"
                + " guides, and by one that never does (audit).";
        Paragraph.lines(below, width, 0).forEach(out::println);
        if (lines.stream().allMatch(line -> line.cost().signum() == 0)) {
            out.println("Price 0: no price is configured (--set price.per-device-second=…).");
        }
    }

    /** The table as one JSON object. */
    public String asJson() {
        try {
            return new JsonMapper().writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String percent(@Nullable Double share) {
        return share == null ? "-" : String.format(Locale.ROOT, "%.1f%%", 100 * share);
    }
}
