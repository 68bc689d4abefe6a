package dev.sluice.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Encodings of the texts that were used last, so that a prompt or negative prompt which comes again costs nothing. One of
 * these holds encodings by calls of one size alone, so a hit has the bits that a call would make. Confined to the
 * engine's loop; nothing writes to the arrays.
 */
final class RecentContexts {
    private static final int KEPT = 64;

    private final Map<Told.OfText, float[]> contexts = new LinkedHashMap<>(KEPT, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Told.OfText, float[]> eldest) {
            return size() > KEPT;
        }
    };

    Optional<float[]> find(Told.OfText text) {
        return Optional.ofNullable(contexts.get(text));
    }

    void keep(Told.OfText text, float[] context) {
        contexts.put(text, context);
    }
}
