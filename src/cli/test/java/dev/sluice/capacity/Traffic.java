package dev.sluice.capacity;

import dev.sluice.engine.scheduling.BatchSizes;
import dev.sluice.engine.simulation.SimulatedModel;
import dev.sluice.request.Priority;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Requests and workers for tests of the simulation. */
final class Traffic {
    static final String MODEL = "model";

    private Traffic() {}

    static Ask unguided(int steps) {
        return new Ask(MODEL, steps, 0, Ask.Method.NONE, 1, "tenant", Priority.INTERACTIVE, Optional.empty());
    }

    static Ask guided(int steps, int guided, Ask.Method method, int images, String tenant, Priority priority) {
        return new Ask(MODEL, steps, guided, method, images, tenant, priority, Optional.empty());
    }

    static Ask classifierFree(int steps, int guided) {
        return guided(steps, guided, Ask.Method.CLASSIFIER_FREE, 1, "tenant", Priority.INTERACTIVE);
    }

    /** One request every so often, the first at 0. */
    static Trace every(Duration between, int requests, Ask ask) {
        Trace.Builder trace = new Trace.Builder();
        for (int i = 0; i < requests; i++) {
            trace.add(i * between.toNanos(), ask, OptionalDouble.empty());
        }
        return trace.build();
    }

    /** Workers whose rows take so long, with nothing beside the engine. */
    static Fleet fleet(int rowsPerCall, double rowMillis, int partitions, Fleet.Detail detail) {
        BatchSizes rows = new BatchSizes(rowsPerCall, Math.max(4, rowsPerCall / 2));
        return new Fleet(
                List.of(SimulatedModel.of(MODEL, rows, rowMillis * 1e6, rowMillis * 1e6)),
                partitions,
                Math.max(64, 4 * rowsPerCall),
                Duration.ZERO,
                Duration.ZERO,
                Duration.ofSeconds(3),
                Duration.ofSeconds(30),
                detail);
    }

    static Run run(Trace trace, Fleet fleet, Scaling scaling) {
        return new Simulation(trace, fleet, scaling, Optional.empty()).run();
    }
}
