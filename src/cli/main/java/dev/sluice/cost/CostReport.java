package dev.sluice.cost;

import dev.sluice.events.v1.CostIncurred;
import dev.sluice.pricing.Price;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Adds charges up by dimensions. A charge that comes again, known by its costId, is not counted again. Sums of different
 * currencies are never mixed. Confined to one thread.
 */
public final class CostReport {
    private final List<Dimension> by;
    private final Map<Key, Group> groups = new HashMap<>();
    private final EvaluationRates rates = new EvaluationRates();
    private final Set<String> seen = new HashSet<>();

    private record Key(List<String> values, String currency) {}

    /** A group's sums while charges come in. */
    private record Group(Sums sums, Map<EvaluationRates.Skipped, Long> skipped, Map<String, String> commonTags) {
        static Group of(CostIncurred charge) {
            return new Group(
                    Sums.of(charge),
                    Map.of(EvaluationRates.Skipped.of(charge), charge.getSkippedEvaluations()),
                    Map.copyOf(charge.getTags()));
        }

        Group plus(Group other) {
            Map<EvaluationRates.Skipped, Long> both = new HashMap<>(skipped);
            other.skipped.forEach((kind, count) -> both.merge(kind, count, Long::sum));
            Map<String, String> common = new HashMap<>(commonTags);
            common.entrySet().retainAll(other.commonTags.entrySet());
            return new Group(sums.plus(other.sums), both, common);
        }
    }

    /**
     * A row.
     *
     * @param values one for each dimension, in its order
     * @param currency of all money in the row
     * @param tags that every charge of the row has
     */
    public record Line(List<String> values, String currency, Sums sums, Saved saved, Map<String, String> tags) {}

    public CostReport(List<Dimension> by) {
        this.by = List.copyOf(by);
    }

    public List<Dimension> by() {
        return by;
    }

    public void add(CostIncurred charge) {
        if (seen.add(charge.getCostId())) {
            rates.add(charge);
            Key key = new Key(
                    by.stream().map(dimension -> dimension.of().apply(charge)).toList(), charge.getBillingCurrency());
            groups.merge(key, Group.of(charge), Group::plus);
        }
    }

    /** The groups, ordered by their values. */
    public List<Line> lines() {
        Comparator<Key> order = Comparator.comparing(Key::currency);
        for (int i = by.size() - 1; i >= 0; i--) {
            int place = i;
            order = Comparator.<Key, String>comparing(key -> key.values().get(place))
                    .thenComparing(order);
        }
        return groups.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(order))
                .map(entry -> line(entry.getKey(), entry.getValue()))
                .toList();
    }

    /** All groups together, a line without values for each currency. */
    public List<Line> totals() {
        Map<Key, Group> totals = new HashMap<>();
        groups.forEach((key, group) -> totals.merge(new Key(List.of(), key.currency()), group, Group::plus));
        return totals.entrySet().stream()
                .sorted(Comparator.comparing(entry -> entry.getKey().currency()))
                .map(entry -> line(entry.getKey(), entry.getValue()))
                .toList();
    }

    /** A sentence on device time that was charged at a price of 0; empty where none was. */
    public Optional<String> freeNote() {
        long free = totals().stream().mapToLong(line -> line.sums().freeNanos()).sum();
        long all =
                totals().stream().mapToLong(line -> line.sums().deviceNanos()).sum();
        return free == 0
                ? Optional.empty()
                : Optional.of("Price 0: " + (free == all ? "all " : Decimals.plain(Price.seconds(free)) + " of ")
                        + Decimals.plain(Price.seconds(all))
                        + " device s were charged at a price of 0, which is what workers have without"
                        + " price.per-device-second or prices.");
    }

    private Line line(Key key, Group group) {
        Saved saved = group.skipped().entrySet().stream()
                .map(entry -> rates.saved(entry.getKey(), entry.getValue()))
                .reduce(Saved.NOTHING, Saved::plus);
        return new Line(key.values(), key.currency(), group.sums(), saved, group.commonTags());
    }
}
