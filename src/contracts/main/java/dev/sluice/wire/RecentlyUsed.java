package dev.sluice.wire;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A bounded map for many threads that drops the entry which went unused for longest. */
final class RecentlyUsed<K, V> {
    private final LinkedHashMap<K, V> entries;

    RecentlyUsed(int capacity) {
        this.entries = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > capacity;
            }
        };
    }

    synchronized Optional<V> get(K key) {
        return Optional.ofNullable(entries.get(key));
    }

    /** The keys used last, the latest first, and no more than so many. */
    synchronized List<K> latest(int most) {
        return entries.sequencedKeySet().reversed().stream().limit(most).toList();
    }

    synchronized V put(K key, V value) {
        entries.put(key, value);
        return value;
    }
}
