package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.CallShape;
import dev.sluice.request.CallSize;
import dev.sluice.request.Network;
import dev.sluice.request.PerNetwork;
import java.util.List;

/** The engine's loop over one simulated bundle, for tests of one behaviour. */
final class SimulatedLane {
    static final String MODEL = "shapes";

    final SimulatedClock clock = new SimulatedClock();
    final DeviceMeter meter = new DeviceMeter();
    final SimulatedDevice device = new SimulatedDevice(clock);
    final EngineLoop loop;
    final Lane lane;
    private int arrivals;

    SimulatedLane(EngineSettings settings) {
        this(SimulatedDevice.Kind.GUIDED, settings);
    }

    SimulatedLane(SimulatedDevice.Kind kind, EngineSettings settings) {
        lane = new Lane(device.bundle(MODEL, kind), settings, clock);
        loop = new EngineLoop(List.of(lane), settings, clock, new InlineDevice(clock), meter);
    }

    SimulatedLane(int rowsPerCall, int guideRowsPerCall) {
        this(EngineSettings.constant(rowsPerCall, guideRowsPerCall));
    }

    static RequestDraft draft() {
        return RequestDraft.of(MODEL, "square");
    }

    /** The calls of a bundle that has denoiser and guide alone. */
    static CallShape shape(CallSize size, int denoiser, int guide) {
        return new CallShape(size, PerNetwork.of(Network.DENOISER, denoiser).with(Network.GUIDE, guide));
    }

    /** A job of this lane that the loop doesn't know of. */
    WatchedJob job(RequestDraft draft) {
        return new WatchedJob(draft, "r" + arrivals, lane, clock.nanos(), arrivals++);
    }

    WatchedJob submit(RequestDraft draft) {
        WatchedJob job = job(draft);
        loop.submit(job.job());
        return job;
    }

    /** Goes on with another lane's job from where it is now. */
    WatchedJob resume(WatchedJob left) {
        WatchedJob job = left.resumption(lane, clock.nanos(), arrivals++);
        loop.submit(job.job());
        return job;
    }

    void runToEnd() {
        while (!loop.idle()) {
            loop.tick();
            assertThat(device.calls()).isLessThan(100_000);
        }
    }
}
