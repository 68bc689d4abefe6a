package dev.sluice.request;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** A whole number for each network: nanoseconds, or rows. Immutable. */
public final class PerNetwork {
    public static final PerNetwork NONE = of(network -> 0);

    /** An entry for every network. */
    private final Map<Network, Long> amounts;

    private PerNetwork(Map<Network, Long> amounts) {
        this.amounts = amounts;
    }

    public static PerNetwork of(ToLongFunction<Network> amount) {
        Map<Network, Long> amounts = new EnumMap<>(Network.class);
        for (Network network : Network.values()) {
            amounts.put(network, amount.applyAsLong(network));
        }
        return new PerNetwork(amounts);
    }

    /** This amount for one network, and nothing for the others. */
    public static PerNetwork of(Network network, long amount) {
        return NONE.with(network, amount);
    }

    public long get(Network network) {
        return amounts.getOrDefault(network, 0L);
    }

    public PerNetwork with(Network network, long amount) {
        return of(other -> other == network ? amount : get(other));
    }

    public PerNetwork plus(PerNetwork other) {
        return of(network -> get(network) + other.get(network));
    }

    public PerNetwork minus(PerNetwork other) {
        return of(network -> get(network) - other.get(network));
    }

    public long total() {
        return amounts.values().stream().mapToLong(Long::longValue).sum();
    }

    public boolean anyNegative() {
        return amounts.values().stream().anyMatch(amount -> amount < 0);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PerNetwork that && amounts.equals(that.amounts);
    }

    @Override
    public int hashCode() {
        return amounts.hashCode();
    }

    @Override
    public String toString() {
        return amounts.keySet().stream()
                .filter(network -> get(network) != 0)
                .map(network -> network.label() + "=" + get(network))
                .collect(Collectors.joining(", ", "{", "}"));
    }
}
