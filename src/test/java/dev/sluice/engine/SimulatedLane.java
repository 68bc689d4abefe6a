package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** The engine's loop over one simulated bundle with a guide, for tests of one behaviour. */
final class SimulatedLane {
    static final String MODEL = "shapes";

    final SimulatedClock clock = new SimulatedClock();
    final DeviceMeter meter = new DeviceMeter();
    final SimulatedDevice device;
    final EngineLoop loop;
    final Lane lane;
    private int arrivals;

    SimulatedLane(int rowsPerCall, int guideRowsPerCall, int guidePatience) {
        EngineSettings settings =
                new EngineSettings(rowsPerCall, guideRowsPerCall, guidePatience, 64, Duration.ofSeconds(1));
        device = new SimulatedDevice(clock, settings);
        loop = new EngineLoop(List.of(device.bundle(MODEL, true)), settings, clock, meter);
        lane = Objects.requireNonNull(loop.lanes().get(MODEL));
    }

    static RequestDraft draft() {
        return RequestDraft.of(MODEL, "square");
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

    void runToEnd() {
        while (!loop.idle()) {
            loop.tick();
            assertThat(device.calls()).isLessThan(100_000);
        }
    }
}
