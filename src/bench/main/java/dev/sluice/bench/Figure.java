package dev.sluice.bench;

import java.util.List;
import java.util.Optional;

/** The result of a measurement. */
public sealed interface Figure {
    /**
     * A number.
     *
     * @param value the figure
     * @param spread of the turns that it was measured in
     * @param note on how, where that isn't as usual
     */
    record Measured(double value, Spread spread, Optional<String> note) implements Figure {
        static Measured median(Spread spread) {
            return new Measured(spread.median(), spread, Optional.empty());
        }

        static Measured once(double value, String note) {
            return new Measured(value, Spread.of(List.of(value)), Optional.of(note));
        }
    }

    /** A figure that was not measured, and why. */
    record NotMeasured(String why) implements Figure {}
}
