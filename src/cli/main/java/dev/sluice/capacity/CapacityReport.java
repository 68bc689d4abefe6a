package dev.sluice.capacity;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Currency;
import java.util.List;
import java.util.Optional;

/**
 * What was asked and what was found.
 *
 * @param perSecond price of a worker's second, whether it works or not; empty where nobody said
 */
public record CapacityReport(
        Trace trace,
        Fleet fleet,
        Target target,
        Optional<BigDecimal> perSecond,
        Currency currency,
        List<Schedule> schedules,
        List<Scaled> scaled) {
    public CapacityReport {
        schedules = List.copyOf(schedules);
        scaled = List.copyOf(scaled);
    }

    /** The number of workers for the trace, guided in one way. */
    public record Schedule(Guiding guiding, CapacityPlan.Workers workers) {}

    /** How the trace as asked went under KEDA. */
    public record Scaled(Scaling.Keda keda, Run run, boolean met) {}

    /** What workers cost for so long. */
    Optional<BigDecimal> cost(Duration workers) {
        return perSecond.map(price -> price.multiply(BigDecimal.valueOf(workers.toMillis(), 3))
                .setScale(currency.getDefaultFractionDigits() + 2, RoundingMode.HALF_UP));
    }

    /** What a schedule saves of the rows' time that guiding every step takes: 0 for that itself. */
    double saved(Schedule schedule) {
        double full = schedules.getFirst().workers().rowTime().toNanos();
        return full == 0 ? 0 : 1 - schedule.workers().rowTime().toNanos() / full;
    }
}
