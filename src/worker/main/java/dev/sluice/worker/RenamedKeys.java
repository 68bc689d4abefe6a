package dev.sluice.worker;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Keys that had another name in earlier releases. The former name still works. */
public final class RenamedKeys {
    private static final Map<String, ConfigKey> BY_FORMER = ConfigKey.ALL.stream()
            .filter(key -> key.former().isPresent())
            .collect(Collectors.toUnmodifiableMap(key -> key.former().orElseThrow(), Function.identity()));

    private RenamedKeys() {}

    /**
     * The values of one source, by their keys' present names. Where a source has a key under both names with different values,
     * both are left, for the reader to refuse.
     */
    public static Map<String, String> renamed(Map<String, String> values) {
        Map<String, String> renamed = new TreeMap<>(values);
        BY_FORMER.forEach((former, key) -> {
            String value = values.get(former);
            if (value != null && Objects.equals(values.getOrDefault(key.name(), value), value)) {
                renamed.remove(former);
                renamed.put(key.name(), value);
            }
        });
        return renamed;
    }

    /** The values of all sources, by their keys' present names. A later source goes before an earlier one. */
    @SafeVarargs
    public static Map<String, String> merged(Map<String, String>... sources) {
        Map<String, String> merged = new TreeMap<>();
        for (Map<String, String> source : sources) {
            merged.putAll(renamed(source));
        }
        return merged;
    }

    /** A sentence for each former name that one of the sources uses. */
    @SafeVarargs
    public static List<String> notes(Map<String, String>... sources) {
        SortedSet<String> used = new TreeSet<>();
        for (Map<String, String> source : sources) {
            used.addAll(source.keySet());
        }
        used.retainAll(BY_FORMER.keySet());
        return used.stream()
                .map(former -> former + " is the former name of " + present(former) + "; it works, and will go one day")
                .toList();
    }

    /** The key that had this name. */
    static Optional<ConfigKey> formerly(String name) {
        return Optional.ofNullable(BY_FORMER.get(name));
    }

    /** The name that a key has now, whichever of its names this is. */
    static String present(String name) {
        return formerly(name).map(ConfigKey::name).orElse(name);
    }

    static Collection<String> formerNames() {
        return BY_FORMER.keySet();
    }
}
