package dev.sluice.engine;

import dev.sluice.engine.clock.EngineClock;
import dev.sluice.engine.device.Batch;
import dev.sluice.engine.device.BatchResult;
import dev.sluice.engine.device.Device;
import java.util.ArrayDeque;
import java.util.Deque;

/** A device that makes each call when it is started, on the calling thread: results wait to be taken, as they do behind a real one. */
final class InlineDevice implements Device {
    private final EngineClock clock;
    private final Deque<BatchResult> made = new ArrayDeque<>();

    InlineDevice(EngineClock clock) {
        this.clock = clock;
    }

    @Override
    public void start(Batch batch) {
        made.addLast(Device.make(batch, clock));
    }

    @Override
    public BatchResult take() {
        return made.removeFirst();
    }

    /** Device time that the loop has not heard of yet. */
    long untakenNanos() {
        return made.stream()
                .mapToLong(result -> result.overheadNanos() + result.nanos())
                .sum();
    }

    /** Rows with results that the loop has not taken yet. */
    long untakenRows() {
        return made.stream()
                .filter(result -> result.yield() instanceof BatchResult.Values)
                .mapToLong(result -> result.batch().buffers().used())
                .sum();
    }

    @Override
    public void close() {}
}
