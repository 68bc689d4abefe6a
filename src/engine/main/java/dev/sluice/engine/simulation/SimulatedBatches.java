package dev.sluice.engine.simulation;

import dev.sluice.engine.clock.EngineClock;
import dev.sluice.engine.device.Batch;
import dev.sluice.engine.device.BatchResult;
import dev.sluice.engine.device.BatchResult.Values;
import dev.sluice.engine.device.Device;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

/**
 * A device and the clock that it moves: batches take as long as their model says, one after the other, and taking a batch's
 * result is waiting for its end. Used by one simulated engine.
 */
final class SimulatedBatches implements Device, EngineClock {
    private final Map<String, SimulatedModel> models;
    private final Deque<BatchResult> made = new ArrayDeque<>();
    private long nowNanos;
    /** When the device is done with the batches that were started. */
    private long freeNanos;

    SimulatedBatches(Map<String, SimulatedModel> models) {
        this.models = Map.copyOf(models);
    }

    @Override
    public long nanos() {
        return nowNanos;
    }

    @Override
    public Instant now() {
        return Instant.EPOCH.plusNanos(nowNanos);
    }

    /** Time passes to this moment, unless it is later already. */
    void passTo(long nanos) {
        nowNanos = Math.max(nowNanos, nanos);
    }

    @Override
    public void start(Batch batch) {
        SimulatedModel model = models.get(batch.bundle().name());
        if (model == null) {
            throw new IllegalArgumentException("a call of " + batch.bundle().name());
        }
        long startNanos = Math.max(nowNanos, freeNanos);
        long nanos = model.batchNanos(batch.network());
        freeNanos = startNanos + nanos;
        made.addLast(new BatchResult(batch, 0, startNanos, nanos, new Values(batch.evaluate())));
    }

    @Override
    public BatchResult take() {
        BatchResult result = made.removeFirst();
        passTo(result.startNanos() + result.nanos());
        return result;
    }

    @Override
    public void close() {}
}
