package dev.sluice.pricing;

import dev.sluice.request.Evaluations;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;

/**
 * Prices one worker's charges.
 *
 * @param prices what holds when
 * @param pixels of a finished picture, by bundle; only prices per evaluation need them
 */
public record Tariff(PriceList prices, Map<String, Long> pixels) {
    public Tariff {
        pixels = Map.copyOf(pixels);
    }

    /** One price of a device second, for ever. */
    public static Tariff of(Price price) {
        return new Tariff(PriceList.always(price), Map.of());
    }

    /**
     * A quantity with its price.
     *
     * @param quantity in the price's unit
     * @param cost their product, not rounded
     */
    public record Priced(Price price, BigDecimal quantity, BigDecimal cost) {
        private static Priced of(Price price, long nanos, long evaluationPixels) {
            BigDecimal quantity = price.quantity(nanos, evaluationPixels);
            return new Priced(price, quantity, price.of(quantity));
        }
    }

    /**
     * A charge to a request.
     *
     * @param start of the charge period, which decides about the price
     * @param nanos device time
     */
    public Priced request(String model, Instant start, long nanos, Evaluations spent) {
        long evaluations = spent.conditional() + spent.unconditional() + spent.guide() + spent.upsampler();
        return Priced.of(prices.at(start, model), nanos, evaluations * pixels.getOrDefault(model, 0L));
    }

    /** A charge of overhead. */
    public Priced overhead(Instant start, long nanos) {
        return Priced.of(prices.overheadAt(start), nanos, 0);
    }
}
