package dev.sluice.engine.simulation;

import dev.sluice.diffusion.BetaSchedule;
import dev.sluice.diffusion.FinalAlphaBar;
import dev.sluice.diffusion.Spacing;
import dev.sluice.engine.EngineSettings;
import dev.sluice.engine.InlineEngine;
import dev.sluice.engine.JobListener;
import dev.sluice.engine.metering.Backlog;
import dev.sluice.engine.metering.Batches;
import dev.sluice.engine.scheduling.BatchSizes;
import dev.sluice.model.Bundle;
import dev.sluice.model.BundleManifest;
import dev.sluice.model.BundleManifest.ClassCondition;
import dev.sluice.model.BundleManifest.Defaults;
import dev.sluice.model.BundleManifest.Diffusion;
import dev.sluice.model.BundleManifest.GuidanceFacts;
import dev.sluice.model.BundleManifest.Prediction;
import dev.sluice.model.BundleManifest.TensorShape;
import dev.sluice.model.BundleManifest.Variance;
import dev.sluice.model.RowFunction;
import dev.sluice.request.BundleIdentity;
import dev.sluice.request.GenerationRequest;
import dev.sluice.request.InvalidFieldException;
import dev.sluice.request.Network;
import dev.sluice.request.SamplerSettings;
import java.nio.FloatBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The engine's own loop, its scheduling, priorities and fair shares, on a device whose batches take simulated time and compute
 * nothing: what a worker does with requests, without a worker. Loading bundles, the host's arithmetic and failures take no
 * time here. Confined to one thread.
 *
 * <p>{@link #tick} runs to the end of a batch, so its clock is then ahead of whoever simulates several. What is submitted
 * before that time comes is considered in the next tick, as it is behind a real device.
 */
public final class SimulatedEngine {
    /** The largest number of steps that a request may ask for here. */
    public static final int MOST_STEPS = 1000;

    /** The one class that every model here has. */
    public static final String LABEL = "anything";

    private static final TensorShape PIXEL = new TensorShape(1, 1, 1);

    private final SimulatedBatches device;
    private final InlineEngine engine;

    /** An engine that serves these at time 0. */
    public SimulatedEngine(Collection<SimulatedModel> models) {
        Map<String, SimulatedModel> byName =
                models.stream().collect(Collectors.toMap(SimulatedModel::name, Function.identity()));
        device = new SimulatedBatches(byName);
        Map<String, BatchSizes> sizes =
                models.stream().collect(Collectors.toMap(SimulatedModel::name, SimulatedModel::rows));
        engine = new InlineEngine(
                models.stream().map(SimulatedEngine::bundle).toList(),
                EngineSettings.constant(1, 1).withBatchSizes(sizes),
                device,
                device);
        byName.forEach((name, model) -> Objects.requireNonNull(engine.backlogs().get(name))
                .guess(model.rows().denoiser(), model.denoiserBatchNanos()));
    }

    /**
     * Takes a request on.
     *
     * @param nanos when: not before any other moment that this engine was told
     * @throws InvalidFieldException if the request has no plan here
     * @throws IllegalArgumentException if no model of the name that it asks for is served
     */
    public void submit(GenerationRequest request, JobListener listener, long nanos) {
        if (engine.idle()) {
            device.passTo(nanos);
        }
        engine.submit(request, listener, nanos);
    }

    public boolean idle() {
        return engine.idle();
    }

    /** The end of the last batch, or when the last request came to an idle engine. */
    public long nanos() {
        return device.nanos();
    }

    /** Goes on to the end of the next batch. */
    public void tick() {
        engine.tick();
    }

    /** Device time in batches so far. */
    public long deviceNanos() {
        return engine.meter().deviceNanos();
    }

    /** Rows and batches so far. */
    public Batches batches() {
        return engine.batches();
    }

    /** Like {@link Backlog#seconds}, over all models. */
    public double waitingSeconds() {
        return engine.backlogs().values().stream().mapToDouble(Backlog::seconds).sum();
    }

    private static Bundle bundle(SimulatedModel model) {
        BundleManifest manifest = new BundleManifest(
                BundleManifest.FORMAT_VERSION,
                model.name(),
                "1",
                "simulated",
                "Apache-2.0",
                PIXEL,
                PIXEL,
                new Diffusion(
                        BetaSchedule.COSINE,
                        MOST_STEPS,
                        Prediction.EPSILON,
                        Variance.FIXED_SMALL,
                        true,
                        Spacing.EVEN,
                        0,
                        FinalAlphaBar.ONE),
                new ClassCondition(List.of(LABEL), 1, true),
                Optional.empty(),
                Optional.empty(),
                new GuidanceFacts(PIXEL.channels(), true),
                new Defaults(SamplerSettings.Kind.DDIM, 1, 2, 1),
                Map.of());
        return Bundle.counting(
                manifest,
                new BundleIdentity(model.name(), "1", "0".repeat(64)),
                Map.of(
                        Network.DENOISER,
                        zeros(model.rows().denoiser()),
                        Network.GUIDE,
                        zeros(model.rows().guide())));
    }

    private static RowFunction zeros(int rows) {
        List<FloatBuffer> zeros = List.of(FloatBuffer.allocate(rows));
        return batch -> zeros;
    }
}
