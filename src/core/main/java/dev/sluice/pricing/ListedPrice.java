package dev.sluice.pricing;

import java.time.Instant;
import java.util.Optional;

/**
 * A price with the time and the bundle it holds for.
 *
 * @param model name of the one bundle whose requests pay it; empty for every bundle without a price of its own, and for
 *     overhead
 * @param from first moment at which it holds
 * @param to first moment at which it no longer does; empty for never
 */
public record ListedPrice(Price price, Optional<String> model, Instant from, Optional<Instant> to) {
    /**
     * Checks the period.
     *
     * @throws IllegalArgumentException where it ends before it has begun
     */
    public ListedPrice {
        if (to.isPresent() && !from.isBefore(to.get())) {
            throw new IllegalArgumentException("a price that holds from " + from + " can't end at " + to.get());
        }
    }

    boolean holdsAt(Instant when) {
        return !when.isBefore(from) && when.isBefore(end());
    }

    boolean overlaps(ListedPrice other) {
        return from.isBefore(other.end()) && other.from.isBefore(end());
    }

    /** The end, or as late as there is. */
    Instant end() {
        return to.orElse(Instant.MAX);
    }

    /** The price as an operator would name it. */
    @Override
    public String toString() {
        return price.skuId() + model.map(name -> " for " + name).orElse("") + " from " + from
                + to.map(end -> " to " + end).orElse("");
    }
}
