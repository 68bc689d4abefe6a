package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.diffusion.BetaSchedule;
import dev.sluice.model.Bundle;
import dev.sluice.model.BundleManifest;
import dev.sluice.model.BundleManifest.TensorShape;
import dev.sluice.model.Guide;
import dev.sluice.model.ModelException;
import dev.sluice.model.RowBuffers;
import dev.sluice.request.BundleIdentity;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A device whose networks are pure functions of one row, whose calls take simulated time, and which fails or computes
 * NaN when told to. It refuses calls of any but the agreed row count, and padding that carries anything. Called by one
 * thread; what it has spent may be read by any.
 */
final class SimulatedDevice {
    static final TensorShape SHAPE = new TensorShape(3, 4, 4);
    static final int GUIDED_CHANNELS = 2;
    static final int TRAIN_STEPS = 100;
    static final List<String> CLASSES = List.of("circle", "square", "star");
    static final int NULL_CLASS = CLASSES.size();

    private final SimulatedClock clock;
    private final EngineSettings settings;
    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong nanosSpent = new AtomicLong();
    private CallWatcher watcher = (bundle, network, used) -> {};
    private boolean failNextCall;
    private int poisonedRow = -1;
    private long rowsLost;
    private long callsLost;
    private long rowsPoisoned;

    SimulatedDevice(SimulatedClock clock, EngineSettings settings) {
        this.clock = clock;
        this.settings = settings;
    }

    /** Sees each call before it is evaluated. */
    interface CallWatcher {
        void called(String bundle, Call.Network network, int usedRows);
    }

    void watch(CallWatcher newWatcher) {
        watcher = newWatcher;
    }

    /** A bundle on this device: 3 classes, cosine betas, learned variance, with or without a guide. */
    Bundle bundle(String name, boolean guided) {
        Guide guide = rows -> {
            FloatBuffer gradients =
                    evaluate(name, Call.Network.GUIDE, rows, settings.guideRowsPerCall(), SimulatedDevice::gradient);
            return new Guide.Guidance(
                    gradients, FloatBuffer.allocate(rows.rowsPerCall()), FloatBuffer.allocate(rows.rowsPerCall()));
        };
        return Bundle.counting(
                manifest(name),
                new BundleIdentity(name, "1", "0".repeat(64)),
                rows -> evaluate(
                        name, Call.Network.DENOISER, rows, settings.rowsPerCall(), SimulatedDevice::prediction),
                guided ? Optional.of(guide) : Optional.empty(),
                Optional.empty());
    }

    static BundleManifest manifest(String name) {
        return new BundleManifest(
                BundleManifest.FORMAT_VERSION,
                name,
                "1",
                "simulated",
                "Apache-2.0",
                SHAPE,
                SHAPE,
                new BundleManifest.Diffusion(
                        BetaSchedule.COSINE,
                        TRAIN_STEPS,
                        BundleManifest.Prediction.EPSILON,
                        BundleManifest.Variance.LEARNED_RANGE,
                        true),
                new BundleManifest.Condition(BundleManifest.Condition.Kind.CLASS, CLASSES, NULL_CLASS),
                new BundleManifest.GuidanceFacts(GUIDED_CHANNELS),
                new BundleManifest.Defaults(10, 2, 4),
                Map.of());
    }

    /** The next call throws after it has taken its time. */
    void failNextCall() {
        failNextCall = true;
    }

    /** The next call returns NaN in this used row, or in its last one where it has fewer. */
    void poisonNextCall(int row) {
        poisonedRow = row;
    }

    /** Takes back what the next call was to suffer. */
    void recover() {
        failNextCall = false;
        poisonedRow = -1;
    }

    long calls() {
        return calls.get();
    }

    long nanosSpent() {
        return nanosSpent.get();
    }

    /** Used rows of calls that threw. */
    long rowsLost() {
        return rowsLost;
    }

    long callsLost() {
        return callsLost;
    }

    long rowsPoisoned() {
        return rowsPoisoned;
    }

    /** The denoiser: eps and variance fraction of one row. */
    static float[] prediction(float[] x, int timestep, long condition) {
        int n = x.length;
        float mean = 0;
        for (float value : x) {
            mean += value / n;
        }
        float[] prediction = new float[2 * n];
        for (int e = 0; e < n; e++) {
            prediction[e] = 0.8f * x[e] + 0.1f * mean + 0.02f * (condition + 1) * (e % 5 - 2) + 1e-4f * timestep;
            prediction[n + e] = 0.5f * (e % 3 - 1);
        }
        return prediction;
    }

    /** The guide: a bounded gradient of one row. */
    static float[] gradient(float[] x, int timestep, long target) {
        float[] gradient = new float[x.length];
        for (int e = 0; e < x.length; e++) {
            gradient[e] = 0.05f * ((e + target) % 4 - 1.5f) - 0.1f * x[e] / (1 + Math.abs(x[e])) + 1e-5f * timestep;
        }
        return gradient;
    }

    private interface RowFunction {
        float[] of(float[] x, int timestep, long condition);
    }

    private FloatBuffer evaluate(
            String bundle, Call.Network network, RowBuffers rows, int rowsPerCall, RowFunction function) {
        requireConstantShape(rows, rowsPerCall);
        watcher.called(bundle, network, rows.used());
        spend();
        if (failNextCall) {
            failNextCall = false;
            callsLost++;
            rowsLost += rows.used();
            throw new ModelException("the simulated device failed");
        }
        float[] x = new float[rows.elementsPerRow()];
        FloatBuffer results = null;
        for (int row = 0; row < rowsPerCall; row++) {
            rows.sample(row, x);
            float[] result = function.of(x, rows.timestep(row), rows.condition(row));
            if (results == null) {
                results = FloatBuffer.allocate(rowsPerCall * result.length);
            }
            results.put(row * result.length, poisoned(row, rows) ? poison(result) : result);
        }
        poisonedRow = -1;
        return Objects.requireNonNull(results);
    }

    private boolean poisoned(int row, RowBuffers rows) {
        return poisonedRow >= 0 && row == Math.min(poisonedRow, rows.used() - 1);
    }

    private float[] poison(float[] result) {
        rowsPoisoned++;
        result[0] = Float.NaN;
        return result;
    }

    /** Awkward durations, so that shares have remainders. */
    private void spend() {
        long nanos = 1_000_003 + 13 * (calls.getAndIncrement() % 11);
        clock.advance(nanos);
        nanosSpent.addAndGet(nanos);
    }

    private static void requireConstantShape(RowBuffers rows, int rowsPerCall) {
        assertThat(rows.rowsPerCall()).isEqualTo(rowsPerCall);
        float[] x = new float[rows.elementsPerRow()];
        for (int row = rows.used(); row < rowsPerCall; row++) {
            rows.sample(row, x);
            assertThat(x).containsOnly(0);
            assertThat(rows.timestep(row)).isZero();
            assertThat(rows.condition(row)).isZero();
        }
    }
}
