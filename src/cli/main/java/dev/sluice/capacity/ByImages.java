package dev.sluice.capacity;

import dev.sluice.engine.simulation.CoarseEngine;
import dev.sluice.engine.simulation.CoarseJob;
import dev.sluice.engine.simulation.SimulatedModel;
import dev.sluice.request.TenantId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The engine image by image. A deadline that passes once a request is inside doesn't end it. */
final class ByImages implements WorkerEngine {
    private final CoarseEngine engine;
    private final Map<String, TenantId> tenants = new HashMap<>();

    ByImages(List<SimulatedModel> models) {
        engine = new CoarseEngine(models);
    }

    @Override
    public void submit(Ask ask, long publishedNanos, long nowNanos, Ended ended) {
        engine.passTo((double) nowNanos);
        engine.submit(new CoarseJob(
                ask.model(),
                tenants.computeIfAbsent(ask.tenant(), TenantId::new),
                ask.priority(),
                ask.shape(),
                () -> ended.ended(false)));
    }

    @Override
    public long nextNanos() {
        double next = engine.idle() ? Double.POSITIVE_INFINITY : engine.nextNanos();
        return next >= Long.MAX_VALUE ? Long.MAX_VALUE : (long) Math.ceil(next);
    }

    @Override
    public void passTo(long nanos) {
        engine.passTo((double) nanos);
    }

    @Override
    public double waitingSeconds() {
        return engine.waitingSeconds();
    }

    @Override
    public long deviceNanos() {
        return engine.deviceNanos();
    }
}
