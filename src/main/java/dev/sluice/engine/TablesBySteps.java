package dev.sluice.engine;

import dev.sluice.diffusion.BetaSchedule;
import dev.sluice.diffusion.DiffusionTables;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A bundle's tables by number of steps. Making one means computing the whole training schedule, so those used last are
 * kept; few step counts are in use at a time. Any thread may ask.
 */
final class TablesBySteps {
    private static final int KEPT = 64;

    private final BetaSchedule schedule;
    private final int trainSteps;
    /** Guarded by itself. */
    private final Map<Integer, DiffusionTables> kept = new LinkedHashMap<>(KEPT, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, DiffusionTables> eldest) {
            return size() > KEPT;
        }
    };

    TablesBySteps(BetaSchedule schedule, int trainSteps) {
        this.schedule = schedule;
        this.trainSteps = trainSteps;
    }

    /** The tables for so many steps, evenly spaced; at most as many as the model was trained with. */
    DiffusionTables evenly(int steps) {
        synchronized (kept) {
            return kept.computeIfAbsent(steps, count -> DiffusionTables.evenly(schedule, trainSteps, count));
        }
    }
}
