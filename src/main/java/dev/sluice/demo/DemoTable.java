package dev.sluice.demo;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintWriter;
import java.math.BigDecimal;
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
     * For people.
     *
     * @param currency of the costs
     */
    public void print(PrintWriter out, String currency) {
        out.printf(
                "%-17s %6s %6s %6s %11s %7s %10s %6s %12s %10s %11s%n",
                "schedule",
                "images",
                "steps",
                "guided",
                "evaluations",
                "saved",
                "device ms",
                "ratio",
                "cost " + currency,
                "guide hits",
                "audit hits");
        for (Line line : lines) {
            out.printf(
                    Locale.ROOT,
                    "%-17s %6d %6d %6d %11.0f %6.1f%% %10.1f %6s %12s %10s %11s%n",
                    line.schedule(),
                    line.images(),
                    line.steps(),
                    line.guidedSteps(),
                    line.evaluations(),
                    line.savedPercent(),
                    line.deviceMillis(),
                    line.ratio() == null ? "-" : String.format(Locale.ROOT, "%.2f", line.ratio()),
                    line.cost().toPlainString(),
                    percent(line.guideHits()),
                    percent(line.auditorHits()));
        }
    }

    /** As one JSON object. */
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
