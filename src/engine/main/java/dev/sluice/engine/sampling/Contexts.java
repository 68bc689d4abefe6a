package dev.sluice.engine.sampling;

import dev.sluice.model.BundleManifest;
import dev.sluice.model.RowBuffers;
import java.nio.FloatBuffer;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What a job's networks are told of its prompt. Texts are encoded once for all of the job's images, before the first
 * starts, unless their encodings are still at hand. Confined to the engine's loop.
 */
public final class Contexts implements RowSource {
    private final BundleManifest manifest;
    private final Supplier<RecentContexts> recentNow;
    private final Map<Conditioning.OfText, float[]> encoded = new HashMap<>();
    /** Texts whose encodings have not come back. */
    private final Map<Role, Conditioning.OfText> missing = new EnumMap<>(Role.class);
    /** For each text in a batch, the cache of encodings that were made at that batch's size. */
    private final Map<Role, RecentContexts> keepers = new EnumMap<>(Role.class);

    /**
     * Nothing is encoded yet.
     *
     * @param recentNow where encodings are kept that batches of the present size make
     */
    public Contexts(SamplingPlan plan, BundleManifest manifest, Supplier<RecentContexts> recentNow) {
        this.manifest = manifest;
        this.recentNow = recentNow;
        missing.putAll(plan.texts());
    }

    /**
     * Takes what is at hand.
     *
     * @return whether that was anything
     */
    public boolean recall(RecentContexts recent) {
        return missing.values().removeIf(text -> {
            recent.find(text).ifPresent(context -> encoded.put(text, context));
            return encoded.containsKey(text);
        });
    }

    /** Whether images may start. */
    public boolean complete() {
        return missing.isEmpty();
    }

    /** Whether every encoding is finite everywhere. */
    public boolean finite() {
        return encoded.values().stream().allMatch(Finite::everywhere);
    }

    /** Writes what a network is told into the row of a batch. */
    public void put(Conditioning conditioning, RowBuffers batch) {
        switch (conditioning) {
            case Conditioning.OfClass(int index) -> batch.put(index);
            case Conditioning.OfText text -> batch.put(context(text));
        }
    }

    @Override
    public List<Role> requestRows() {
        return List.copyOf(missing.keySet());
    }

    @Override
    public void fill(Role role, RowBuffers batch) {
        keepers.put(role, recentNow.get());
        batch.begin()
                .put(missingText(role).tokens().stream()
                        .mapToLong(Long::longValue)
                        .toArray());
    }

    @Override
    public boolean receive(Role role, FloatBuffer results, int row) {
        Conditioning.OfText text = missingText(role);
        float[] context = new float[manifest.contextElements(text.encoder())];
        results.get(row * context.length, context);
        encoded.put(text, context);
        missing.remove(role);
        RecentContexts keeper = keepers.get(role);
        if (keeper != null && Finite.everywhere(context)) {
            keeper.keep(text, context);
        }
        return complete();
    }

    private Conditioning.OfText missingText(Role role) {
        Conditioning.OfText text = missing.get(role);
        if (text == null) {
            throw new IllegalStateException("a row came back that this job never asked for: " + role);
        }
        return text;
    }

    private float[] context(Conditioning.OfText text) {
        float[] context = encoded.get(text);
        if (context == null) {
            throw new IllegalStateException("a text is used that was not encoded");
        }
        return context;
    }
}
