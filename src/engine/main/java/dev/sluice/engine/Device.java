package dev.sluice.engine;

import dev.sluice.engine.CallResult.Failure;
import dev.sluice.engine.CallResult.Values;
import dev.sluice.engine.CallResult.Yield;
import dev.sluice.model.BundleException;
import dev.sluice.model.ModelException;

/** Makes calls one at a time, in the order they are started. Used by the engine's loop alone. */
interface Device extends AutoCloseable {
    /** Has a call made as soon as those before it are done. */
    void start(Call call);

    /** Waits for the oldest call that was started and not yet taken. */
    CallResult take();

    /** Waits for the call under way, and makes no other. */
    @Override
    void close();

    /** Makes a call on the calling thread. */
    static CallResult make(Call call, EngineClock clock) {
        long arrival = clock.nanos();
        try {
            call.bringBundle();
        } catch (ModelException | BundleException e) {
            long end = clock.nanos();
            return new CallResult(call, end - arrival, end, 0, new Failure(e, true));
        }
        long start = clock.nanos();
        Yield yield;
        try {
            yield = new Values(call.evaluate());
        } catch (ModelException e) {
            yield = new Failure(e, false);
        }
        return new CallResult(call, start - arrival, start, clock.nanos() - start, yield);
    }
}
