package dev.sluice.engine;

import dev.sluice.engine.clock.EngineClock;
import dev.sluice.engine.device.Device;
import dev.sluice.engine.metering.Backlog;
import dev.sluice.engine.metering.Batches;
import dev.sluice.engine.metering.DeviceMeter;
import dev.sluice.engine.sampling.SamplingPlan;
import dev.sluice.model.Bundle;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.InvalidFieldException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The engine's loop without its threads, for simulations: whoever owns it brings a device and moves it on, batch by batch.
 * Confined to one thread.
 */
public final class InlineEngine {
    private final EngineLoop loop;
    private final DeviceMeter meter = new DeviceMeter();
    private long arrivals;

    /**
     * An engine that has warmed nothing up.
     *
     * @param bundles by whose names requests choose
     */
    public InlineEngine(List<Bundle> bundles, EngineSettings settings, EngineClock clock, Device device) {
        List<BundleQueue> queues = bundles.stream()
                .map(bundle -> new BundleQueue(bundle, settings, clock))
                .toList();
        loop = new EngineLoop(queues, settings, clock, device, new BatchAccounts(meter, BatchObserver.NONE));
    }

    /**
     * Takes a request on.
     *
     * @param nanos when it came, on the engine's clock
     * @throws InvalidFieldException if the request has no plan here
     * @throws IllegalArgumentException if no bundle has the name that it asks for
     */
    public void submit(GenerationRequest request, JobListener listener, long nanos) {
        BundleQueue queue = loop.queues().get(request.model());
        if (queue == null) {
            throw new IllegalArgumentException("no model of the name " + request.model());
        }
        SamplingPlan plan = queue.served().samplingPlans().admitted(request);
        Submission submission = new Submission(request, plan, listener, nanos, arrivals++, Optional.empty());
        loop.submit(new Job(submission, queue.served(), Runnable::run));
    }

    /** Whether there is nothing to do. */
    public boolean idle() {
        return loop.idle();
    }

    /** Goes on to the end of the next batch. */
    public void tick() {
        loop.tick();
    }

    /** Rows and batches so far. */
    public Batches batches() {
        return loop.batches();
    }

    public DeviceMeter meter() {
        return meter;
    }

    /** What is still to be done for each bundle. By bundle name. */
    public Map<String, Backlog> backlogs() {
        Map<String, Backlog> backlogs = new LinkedHashMap<>();
        loop.queues().forEach((name, queue) -> backlogs.put(name, queue.served().backlog()));
        return backlogs;
    }
}
