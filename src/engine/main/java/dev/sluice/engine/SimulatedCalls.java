package dev.sluice.engine;

import dev.sluice.engine.CallResult.Values;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

/**
 * A device and the clock that it moves: calls take as long as their model says, one after the other, and taking a call's
 * result is waiting for its end. Used by one simulated engine.
 */
final class SimulatedCalls implements Device, EngineClock {
    private final Map<String, SimulatedModel> models;
    private final Deque<CallResult> made = new ArrayDeque<>();
    private long nowNanos;
    /** When the device is done with the calls that were started. */
    private long freeNanos;

    SimulatedCalls(Map<String, SimulatedModel> models) {
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
    public void start(Call call) {
        SimulatedModel model = models.get(call.lane().bundle().name());
        if (model == null) {
            throw new IllegalArgumentException(
                    "a call of " + call.lane().bundle().name());
        }
        long startNanos = Math.max(nowNanos, freeNanos);
        long nanos = model.callNanos(call.network());
        freeNanos = startNanos + nanos;
        made.addLast(new CallResult(call, 0, startNanos, nanos, new Values(call.evaluate())));
    }

    @Override
    public CallResult take() {
        CallResult result = made.removeFirst();
        passTo(result.startNanos() + result.nanos());
        return result;
    }

    @Override
    public void close() {}
}
