package dev.sluice.pricing;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Currency;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * What one worker charges, over time: at most one price at any moment for a bundle, one currency, and no gaps. A bundle's
 * own price goes before the one that names no bundle.
 *
 * @param prices in no particular order
 */
public record PriceList(List<ListedPrice> prices) {
    /** SKU of overhead where every price names a bundle. It costs nothing. */
    public static final String UNPRICED = "unpriced";

    /**
     * Checks the list.
     *
     * @throws IllegalArgumentException with every {@linkplain #contradictions contradiction}
     */
    public PriceList {
        prices = List.copyOf(prices);
        List<String> contradictions = contradictions(prices);
        if (!contradictions.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", contradictions));
        }
    }

    /** One price, for everything and for ever. */
    public static PriceList always(Price price) {
        return new PriceList(List.of(new ListedPrice(price, Optional.empty(), Instant.MIN, Optional.empty())));
    }

    /** Why these prices make no list, a line each: none at all, two currencies, overlaps, gaps. Empty where they do. */
    public static List<String> contradictions(List<ListedPrice> prices) {
        if (prices.isEmpty()) {
            return List.of("there must be a price");
        }
        List<String> problems = new ArrayList<>();
        TreeSet<String> currencies = new TreeSet<>();
        prices.forEach(price -> currencies.add(price.price().currency().getCurrencyCode()));
        if (currencies.size() > 1) {
            problems.add("a list has one currency, not " + String.join(" and ", currencies));
        }
        for (int i = 0; i < prices.size(); i++) {
            for (ListedPrice other : prices.subList(i + 1, prices.size())) {
                if (prices.get(i).model().equals(other.model()) && prices.get(i).overlaps(other)) {
                    problems.add(prices.get(i) + " and " + other + " hold at once");
                }
            }
        }
        List<ListedPrice> general =
                prices.stream().filter(price -> price.model().isEmpty()).toList();
        gaps(general).forEach(gap -> problems.add("no price without a model holds " + gap));
        TreeSet<String> models = new TreeSet<>();
        prices.forEach(price -> price.model().ifPresent(models::add));
        for (String model : models) {
            gaps(prices.stream().filter(payableBy(model)).toList())
                    .forEach(gap -> problems.add("no price holds for " + model + " " + gap));
        }
        return problems;
    }

    /** Whether a price that holds then is 0. */
    public boolean isFreeAt(Instant when) {
        return prices.stream()
                .filter(price -> price.holdsAt(when))
                .anyMatch(price -> price.price().perUnit().signum() == 0);
    }

    public Currency currency() {
        return prices.getFirst().price().currency();
    }

    /**
     * Why a worker may not serve with this list, a line each: bundles that no price holds for now, or overhead. Empty where
     * it may.
     *
     * @param models names of the bundles served
     */
    public List<String> uncovered(Collection<String> models, Instant now) {
        List<String> problems = new ArrayList<>();
        for (String model : new TreeSet<>(models)) {
            if (holding(now, payableBy(model)).isEmpty()) {
                problems.add("no price holds now (" + now + ") for bundle " + model);
            }
        }
        Predicate<ListedPrice> general = price -> price.model().isEmpty();
        if (prices.stream().anyMatch(general) && holding(now, general).isEmpty()) {
            problems.add("no price without a model holds now (" + now + "), for overhead");
        }
        return problems;
    }

    /**
     * The price of a charge to a request. A list that ends while its worker runs goes on: the last price holds until the
     * worker starts anew, which {@link #uncovered} then refuses. Likewise the first one holds for what was before it.
     *
     * @param start of the charge period
     */
    public Price at(Instant start, String model) {
        return nearest(start, payableBy(model));
    }

    /** The price of overhead: the one that names no bundle. Times as in {@link #at}. */
    public Price overheadAt(Instant start) {
        return nearest(start, price -> price.model().isEmpty());
    }

    private Price nearest(Instant start, Predicate<ListedPrice> payable) {
        return holding(start, payable)
                .or(() -> prices.stream()
                        .filter(payable)
                        .filter(price -> !price.from().isAfter(start))
                        .max(Comparator.comparing(ListedPrice::end).thenComparing(PriceList::hasModel)))
                .or(() -> prices.stream()
                        .filter(payable)
                        .max(Comparator.comparing(ListedPrice::from).reversed().thenComparing(PriceList::hasModel)))
                .map(ListedPrice::price)
                .orElseGet(() -> Price.free(UNPRICED, currency()));
    }

    private Optional<ListedPrice> holding(Instant when, Predicate<ListedPrice> payable) {
        return prices.stream()
                .filter(payable)
                .filter(price -> price.holdsAt(when))
                .max(Comparator.comparing(PriceList::hasModel));
    }

    private static boolean hasModel(ListedPrice price) {
        return price.model().isPresent();
    }

    private static Predicate<ListedPrice> payableBy(String model) {
        return price -> price.model().isEmpty() || price.model().get().equals(model);
    }

    private static List<String> gaps(List<ListedPrice> prices) {
        List<String> gaps = new ArrayList<>();
        Optional<Instant> covered = Optional.empty();
        for (ListedPrice price :
                prices.stream().sorted(Comparator.comparing(ListedPrice::from)).toList()) {
            covered.filter(end -> end.isBefore(price.from()))
                    .ifPresent(end -> gaps.add("from " + end + " to " + price.from()));
            covered = covered.filter(end -> end.isAfter(price.end())).or(() -> Optional.of(price.end()));
        }
        return gaps;
    }
}
