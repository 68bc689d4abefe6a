package dev.sluice.engine.device;

import dev.sluice.engine.clock.EngineClock;
import dev.sluice.engine.device.BatchResult.Failure;
import dev.sluice.engine.device.BatchResult.Values;
import dev.sluice.engine.device.BatchResult.Yield;
import dev.sluice.model.BundleException;
import dev.sluice.model.ModelException;

/** Makes batches one at a time, in the order they are started. Used by the engine's loop alone. */
public interface Device extends AutoCloseable {
    /** Has a batch made as soon as those before it are done. */
    void start(Batch batch);

    /** Waits for the oldest batch that was started and not yet taken. */
    BatchResult take();

    /** Waits for the batch under way, and makes no other. */
    @Override
    void close();

    /** Makes a batch on the calling thread. */
    static BatchResult make(Batch batch, EngineClock clock) {
        long arrival = clock.nanos();
        try {
            batch.bringBundle();
        } catch (ModelException | BundleException e) {
            long end = clock.nanos();
            return new BatchResult(batch, end - arrival, end, 0, new Failure(e, true));
        }
        long start = clock.nanos();
        Yield yield;
        try {
            yield = new Values(batch.evaluate());
        } catch (ModelException e) {
            yield = new Failure(e, false);
        }
        return new BatchResult(batch, start - arrival, start, clock.nanos() - start, yield);
    }
}
