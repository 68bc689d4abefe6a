package dev.sluice.engine.sampling;

import dev.sluice.diffusion.DiffusionTables;
import dev.sluice.diffusion.TrainedProcess;
import dev.sluice.request.SamplerSettings;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A bundle's tables by sampler and number of steps. Making one means computing the whole training schedule, so those used
 * last are kept; few are in use at a time. Any thread may ask.
 */
final class TablesBySteps {
    private static final int KEPT = 64;

    private record Key(SamplerSettings.Kind sampler, int steps) {}

    private final TrainedProcess process;
    /** Guarded by itself. */
    private final Map<Key, DiffusionTables> kept = new LinkedHashMap<>(KEPT, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, DiffusionTables> eldest) {
            return size() > KEPT;
        }
    };

    TablesBySteps(TrainedProcess process) {
        this.process = process;
    }

    /**
     * The tables for so many steps of a sampler.
     *
     * @throws dev.sluice.request.InvalidFieldException on {@code sampler.steps}, where the model can't take so many
     */
    DiffusionTables of(SamplerSettings.Kind sampler, int steps) {
        synchronized (kept) {
            return kept.computeIfAbsent(new Key(sampler, steps), key -> process.tables(key.sampler(), key.steps()));
        }
    }
}
