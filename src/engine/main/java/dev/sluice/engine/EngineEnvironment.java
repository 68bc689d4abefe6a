package dev.sluice.engine;

import dev.sluice.engine.clock.EngineClock;
import dev.sluice.engine.metering.DeviceTimeSink;

/**
 * What an engine has around it.
 *
 * @param clock tells the time
 * @param deviceTime is told of the device time after every batch
 * @param batches hears of the batches for requests
 * @param prepareThread readies the thread that makes the batches, before anything else runs on it
 */
public record EngineEnvironment(
        EngineClock clock, DeviceTimeSink deviceTime, BatchObserver batches, Runnable prepareThread) {
    /** This clock, and nobody who listens. */
    public static EngineEnvironment of(EngineClock clock) {
        return new EngineEnvironment(clock, DeviceTimeSink.NONE, BatchObserver.NONE, () -> {});
    }

    public EngineEnvironment withDeviceTime(DeviceTimeSink newDeviceTime) {
        return new EngineEnvironment(clock, newDeviceTime, batches, prepareThread);
    }

    public EngineEnvironment withBatches(BatchObserver newBatches) {
        return new EngineEnvironment(clock, deviceTime, newBatches, prepareThread);
    }

    public EngineEnvironment withPreparedThread(Runnable newPrepareThread) {
        return new EngineEnvironment(clock, deviceTime, batches, newPrepareThread);
    }
}
