package dev.sluice.engine.sampling;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Encodings of the texts that were used last, so that a prompt or negative prompt which comes again costs nothing. One of
 * these holds encodings by batches of one size alone, so a hit has the bits that a batch would make. Confined to the
 * engine's loop; nothing writes to the arrays.
 */
public final class RecentContexts {
    private static final int KEPT = 64;

    private final Map<Conditioning.OfText, float[]> contexts = new LinkedHashMap<>(KEPT, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Conditioning.OfText, float[]> eldest) {
            return size() > KEPT;
        }
    };

    Optional<float[]> find(Conditioning.OfText text) {
        return Optional.ofNullable(contexts.get(text));
    }

    void keep(Conditioning.OfText text, float[] context) {
        contexts.put(text, context);
    }
}
