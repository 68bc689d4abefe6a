package dev.sluice.app;

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
 * The demo's figures, a line per schedule.
 *
 * @param settled requests with exactly one outcome
 * @param evaluationsPlanned what the plans of all requests add up to
 * @param evaluationsCounted rows that entered the modules, padding left out
 */
record DemoTable(
        int requests,
        int settled,
        int steps,
        long evaluationsPlanned,
        long evaluationsCounted,
        long chargedNanos,
        List<Line> lines) {
    DemoTable {
        lines = List.copyOf(lines);
    }

    /**
     * A schedule's figures, per image where nothing else is said.
     *
     * @param evaluations denoiser and guide rows
     * @param evaluationsFull the same if every step were guided
     * @param savedPercent of evaluationsFull
     * @param cost in the price's currency, of all images of the line
     * @param guideHits share of images that show their class by the guiding classifier
     * @param auditorHits the same by the off-sampling classifier
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Line(
            String schedule,
            int images,
            int guidedSteps,
            double evaluations,
            double evaluationsFull,
            double savedPercent,
            double deviceMillis,
            BigDecimal cost,
            @Nullable Double guideHits,
            @Nullable Double auditorHits) {}

    static @Nullable Double orNull(OptionalDouble value) {
        return value.isPresent() ? (Double) value.getAsDouble() : null;
    }

    void print(PrintWriter out, String currency) {
        out.printf(
                "%-17s %6s %6s %11s %7s %10s %12s %10s %11s%n",
                "schedule",
                "images",
                "guided",
                "evaluations",
                "saved",
                "device ms",
                "cost " + currency,
                "guide hits",
                "audit hits");
        for (Line line : lines) {
            out.printf(
                    Locale.ROOT,
                    "%-17s %6d %6d %11.0f %6.1f%% %10.1f %12s %10s %11s%n",
                    line.schedule(),
                    line.images(),
                    line.guidedSteps(),
                    line.evaluations(),
                    line.savedPercent(),
                    line.deviceMillis(),
                    line.cost().toPlainString(),
                    percent(line.guideHits()),
                    percent(line.auditorHits()));
        }
    }

    String asJson() {
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
