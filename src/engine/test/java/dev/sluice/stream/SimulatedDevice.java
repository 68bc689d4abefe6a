package dev.sluice.stream;

import dev.sluice.diffusion.BetaSchedule;
import dev.sluice.diffusion.FinalAlphaBar;
import dev.sluice.diffusion.Spacing;
import dev.sluice.model.Bundle;
import dev.sluice.model.BundleManifest;
import dev.sluice.model.BundleManifest.ClassCondition;
import dev.sluice.model.BundleManifest.Defaults;
import dev.sluice.model.BundleManifest.Diffusion;
import dev.sluice.model.BundleManifest.GuidanceFacts;
import dev.sluice.model.BundleManifest.Prediction;
import dev.sluice.model.BundleManifest.TensorShape;
import dev.sluice.model.BundleManifest.Variance;
import dev.sluice.model.ModelException;
import dev.sluice.model.RowBuffers;
import dev.sluice.model.RowFunction;
import dev.sluice.request.BundleIdentity;
import dev.sluice.request.Network;
import dev.sluice.request.SamplerSettings;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Simulates a device with one bundle: each call predicts no noise and takes a millisecond of its clock. The test's thread
 * says how many calls may be made; the engine's thread waits for that inside the call.
 */
final class SimulatedDevice implements RowFunction {
    static final String BUNDLE = "plain";
    static final List<String> LABELS = List.of("circle", "square");
    static final long NANOS_PER_CALL = 1_000_000;
    static final int TRAIN_STEPS = 200;

    private static final int PLENTY = 1_000_000;
    private static final TensorShape SHAPE = new TensorShape(3, 2, 2);

    private final ManualTime time;
    private final Semaphore batches = new Semaphore(PLENTY);
    private volatile boolean broken;

    SimulatedDevice(ManualTime time) {
        this.time = time;
    }

    /** Makes calls wait inside the device from now on. */
    void hold() {
        batches.drainPermits();
    }

    void letThrough(int more) {
        batches.release(more);
    }

    /** Undoes {@link #hold}. */
    void letAllThrough() {
        batches.release(PLENTY);
    }

    /** Whether calls fail. */
    void setBroken(boolean broken) {
        this.broken = broken;
    }

    @Override
    public List<FloatBuffer> evaluate(RowBuffers rows) {
        batches.acquireUninterruptibly();
        time.advanceNanos(NANOS_PER_CALL);
        if (broken) {
            throw new ModelException("the simulated device is broken", new IllegalStateException("on purpose"));
        }
        return List.of(FloatBuffer.allocate(rows.rowsPerCall() * SHAPE.elements()));
    }

    Bundle bundle() {
        BundleManifest manifest = new BundleManifest(
                BundleManifest.FORMAT_VERSION,
                BUNDLE,
                "1.0.0",
                "simulated",
                "Apache-2.0",
                SHAPE,
                SHAPE,
                new Diffusion(
                        BetaSchedule.COSINE,
                        TRAIN_STEPS,
                        Prediction.EPSILON,
                        Variance.FIXED_SMALL,
                        true,
                        Spacing.EVEN,
                        0,
                        FinalAlphaBar.ONE),
                new ClassCondition(LABELS, LABELS.size(), true),
                Optional.empty(),
                Optional.empty(),
                new GuidanceFacts(3, true),
                new Defaults(SamplerSettings.Kind.DDPM, 10, 2, 4),
                Map.of());
        return Bundle.counting(
                manifest, new BundleIdentity(BUNDLE, "1.0.0", "0".repeat(64)), Map.of(Network.DENOISER, this));
    }
}
