package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.diffusion.BetaSchedule;
import dev.sluice.diffusion.FinalAlphaBar;
import dev.sluice.diffusion.Spacing;
import dev.sluice.model.Bundle;
import dev.sluice.model.BundleException;
import dev.sluice.model.BundleManifest;
import dev.sluice.model.BundleManifest.TensorShape;
import dev.sluice.model.Guide;
import dev.sluice.model.ModelException;
import dev.sluice.model.OutOfDeviceMemoryException;
import dev.sluice.model.Residence;
import dev.sluice.model.RowBuffers;
import dev.sluice.request.BundleIdentity;
import java.nio.FloatBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A device whose networks are pure functions of one row, whose calls and loads take simulated time, and which fails,
 * computes NaN or runs out of memory when told to. It refuses calls of bundles that are not there, and padding that
 * carries anything. Called by one thread; what it has spent may be read by any.
 */
final class SimulatedDevice {
    static final TensorShape SHAPE = new TensorShape(3, 4, 4);
    static final int GUIDED_CHANNELS = 2;
    static final int TRAIN_STEPS = 100;
    static final List<String> CLASSES = List.of("circle", "square", "star");
    static final int NULL_CLASS = CLASSES.size();

    private final SimulatedClock clock;
    private final Set<String> there = new HashSet<>();
    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong nanosSpent = new AtomicLong();
    private CallWatcher watcher = (bundle, network, rows) -> {};
    private boolean failNextCall;
    private boolean failNextLoad;
    private int mostRows = Integer.MAX_VALUE;
    private int mostBundles = Integer.MAX_VALUE;
    private long loads;
    private long spent;
    private int poisonedRow = -1;
    private long rowsLost;
    private long callsLost;
    private long rowsPoisoned;

    SimulatedDevice(SimulatedClock clock) {
        this.clock = clock;
    }

    /** Sees each call before it is evaluated. */
    interface CallWatcher {
        void called(String bundle, Network network, RowBuffers rows);
    }

    void watch(CallWatcher newWatcher) {
        watcher = newWatcher;
    }

    /** A bundle on this device: 3 classes, cosine betas, learned variance, with or without a guide. */
    Bundle bundle(String name, boolean guided) {
        Guide guide = rows -> {
            FloatBuffer gradients = evaluate(name, Network.GUIDE, rows, SimulatedDevice::gradient);
            return new Guide.Guidance(gradients, FloatBuffer.allocate(rows.rows()), FloatBuffer.allocate(rows.rows()));
        };
        return Bundle.counting(
                manifest(name),
                new BundleIdentity(name, "1", "0".repeat(64)),
                rows -> evaluate(name, Network.DENOISER, rows, SimulatedDevice::prediction),
                guided ? Optional.of(guide) : Optional.empty(),
                Optional.empty(),
                new SimulatedResidence(name));
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
                        true,
                        Spacing.EVEN,
                        0,
                        FinalAlphaBar.ONE),
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

    /** The next bundle that is brought does not load. */
    void failNextLoad() {
        failNextLoad = true;
    }

    /** From now on, calls of more rows run out of memory. */
    void limitRows(int rows) {
        mostRows = rows;
    }

    /** From now on, bringing one bundle more than these runs out of memory. */
    void limitBundles(int bundles) {
        mostBundles = bundles;
    }

    /** Takes back what the next call was to suffer. */
    void recover() {
        failNextCall = false;
        failNextLoad = false;
        poisonedRow = -1;
        mostRows = Integer.MAX_VALUE;
        mostBundles = Integer.MAX_VALUE;
    }

    /** Times that a bundle was brought. */
    long loads() {
        return loads;
    }

    Set<String> bundlesThere() {
        return there;
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

    private FloatBuffer evaluate(String bundle, Network network, RowBuffers rows, RowFunction function) {
        requireEmptyPadding(rows);
        assertThat(there).as("bundles on the device").contains(bundle);
        watcher.called(bundle, network, rows);
        calls.incrementAndGet();
        spend();
        if (failNextCall || rows.rows() > mostRows) {
            callsLost++;
            rowsLost += rows.used();
            if (failNextCall) {
                failNextCall = false;
                throw new ModelException("the simulated device failed");
            }
            throw new OutOfDeviceMemoryException("the simulated device has no room for " + rows.rows() + " rows");
        }
        float[] x = new float[rows.elementsPerRow()];
        FloatBuffer results = null;
        for (int row = 0; row < rows.rows(); row++) {
            rows.sample(row, x);
            float[] result = function.of(x, rows.timestep(row), rows.condition(row));
            if (results == null) {
                results = FloatBuffer.allocate(rows.rows() * result.length);
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
        long nanos = 1_000_003 + 13 * (spent++ % 11);
        clock.advance(nanos);
        nanosSpent.addAndGet(nanos);
    }

    private static void requireEmptyPadding(RowBuffers rows) {
        float[] x = new float[rows.elementsPerRow()];
        for (int row = rows.used(); row < rows.rows(); row++) {
            rows.sample(row, x);
            assertThat(x).containsOnly(0);
            assertThat(rows.timestep(row)).isZero();
            assertThat(rows.condition(row)).isZero();
        }
    }

    /** Every bundle takes up one byte. */
    private final class SimulatedResidence implements Residence {
        private final String name;

        SimulatedResidence(String name) {
            this.name = name;
        }

        @Override
        public void load() {
            if (there.contains(name)) {
                return;
            }
            spend();
            loads++;
            if (failNextLoad) {
                failNextLoad = false;
                callsLost++;
                throw new BundleException("the simulated bundle " + name + " does not load");
            }
            if (there.size() >= mostBundles) {
                throw new OutOfDeviceMemoryException("the simulated device has no room for " + name);
            }
            there.add(name);
        }

        @Override
        public void unload() {
            there.remove(name);
        }

        @Override
        public long bytes() {
            return 1;
        }
    }
}
