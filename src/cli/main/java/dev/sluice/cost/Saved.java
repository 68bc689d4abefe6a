package dev.sluice.cost;

import java.math.BigDecimal;

/**
 * What skipped guidance evaluations would have taken: an estimate, see {@link EvaluationRates}.
 *
 * @param seconds of device time
 * @param cost in the charges' currency
 * @param unvalued skipped evaluations of a kind of which none was measured, so that nothing can be said of their time
 */
public record Saved(BigDecimal seconds, BigDecimal cost, long unvalued) {
    static final Saved NOTHING = new Saved(BigDecimal.ZERO, BigDecimal.ZERO, 0);

    Saved plus(Saved other) {
        return new Saved(seconds.add(other.seconds), cost.add(other.cost), unvalued + other.unvalued);
    }
}
