package dev.sluice.cost;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * Who bills whom, for {@link FocusCsv}.
 *
 * @param values one for each key; empty where the column shall be null
 */
public record FocusSettings(Map<FocusKey, String> values) {
    public static final FocusSettings DEFAULT = of(Map.of());

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException where one is empty that may not be, or there is no such version
     */
    public FocusSettings {
        Map<FocusKey, String> all = new EnumMap<>(FocusKey.class);
        for (FocusKey key : FocusKey.values()) {
            String value = values.getOrDefault(key, key.byDefault()).strip();
            if (value.isEmpty() && !key.mayBeEmpty()) {
                throw new IllegalArgumentException(key.key() + " must not be empty");
            }
            all.put(key, value);
        }
        FocusVersion.parse(Objects.requireNonNull(all.get(FocusKey.VERSION)));
        values = Map.copyOf(all);
    }

    /**
     * Settings from keys as they are written. Keys that are missing have their defaults.
     *
     * @throws IllegalArgumentException as above, and for a key that there is not
     */
    public static FocusSettings of(Map<String, String> written) {
        Map<FocusKey, String> values = new EnumMap<>(FocusKey.class);
        written.forEach((name, value) -> values.put(
                FocusKey.of(name)
                        .orElseThrow(() -> new IllegalArgumentException(
                                "there is no " + name + "; there are " + FocusKey.names())),
                value));
        return new FocusSettings(values);
    }

    FocusVersion version() {
        return FocusVersion.parse(get(FocusKey.VERSION));
    }

    String get(FocusKey key) {
        return Objects.requireNonNull(values.get(key));
    }
}
