package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.clock.SimulatedClock;
import dev.sluice.engine.metering.DeviceMeter;
import dev.sluice.request.BatchShape;
import dev.sluice.request.BatchSize;
import dev.sluice.request.Network;
import dev.sluice.request.PerNetwork;
import java.util.List;

/** The engine's loop over one simulated bundle, for tests of one behaviour. */
final class SimulatedBundleQueue {
    static final String MODEL = "shapes";

    final SimulatedClock clock = new SimulatedClock();
    final DeviceMeter meter = new DeviceMeter();
    final SimulatedDevice device = new SimulatedDevice(clock);
    final EngineLoop loop;
    final BundleQueue queue;
    private int arrivals;

    SimulatedBundleQueue(EngineSettings settings) {
        this(SimulatedDevice.Kind.GUIDED, settings);
    }

    SimulatedBundleQueue(SimulatedDevice.Kind kind, EngineSettings settings) {
        queue = new BundleQueue(device.bundle(MODEL, kind), settings, clock);
        loop = new EngineLoop(
                List.of(queue), settings, clock, new InlineDevice(clock), new BatchAccounts(meter, BatchObserver.NONE));
    }

    SimulatedBundleQueue(int denoiser, int guide) {
        this(EngineSettings.constant(denoiser, guide));
    }

    static RequestDraft draft() {
        return RequestDraft.of(MODEL, "square");
    }

    /** The calls of a bundle that has denoiser and guide alone. */
    static BatchShape shape(BatchSize size, int denoiser, int guide) {
        return new BatchShape(size, PerNetwork.of(Network.DENOISER, denoiser).with(Network.GUIDE, guide));
    }

    /** A job of this queue that the loop doesn't know of. */
    WatchedJob job(RequestDraft draft) {
        return new WatchedJob(draft, "r" + arrivals, queue, clock.nanos(), arrivals++);
    }

    WatchedJob submit(RequestDraft draft) {
        WatchedJob job = job(draft);
        loop.submit(job.job());
        return job;
    }

    /** Goes on with another queue's job from where it is now. */
    WatchedJob resume(WatchedJob left) {
        WatchedJob job = left.resumption(queue, clock.nanos(), arrivals++);
        loop.submit(job.job());
        return job;
    }

    void runToEnd() {
        while (!loop.idle()) {
            loop.tick();
            assertThat(device.batches()).isLessThan(100_000);
        }
    }
}
