package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.diffusion.BetaSchedule;
import dev.sluice.diffusion.FinalAlphaBar;
import dev.sluice.diffusion.Spacing;
import dev.sluice.engine.clock.SimulatedClock;
import dev.sluice.model.Bundle;
import dev.sluice.model.BundleException;
import dev.sluice.model.BundleManifest;
import dev.sluice.model.BundleManifest.TensorShape;
import dev.sluice.model.ModelException;
import dev.sluice.model.OutOfDeviceMemoryException;
import dev.sluice.model.Residence;
import dev.sluice.model.RowBuffers;
import dev.sluice.model.RowFunction;
import dev.sluice.model.RowLayout;
import dev.sluice.model.Tokenizer;
import dev.sluice.request.BundleIdentity;
import dev.sluice.request.Network;
import dev.sluice.request.SamplerSettings;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A device whose networks are pure functions of one row, whose calls and loads take simulated time, and which fails,
 * computes NaN or infinity or runs out of memory when told to. It refuses calls of bundles that are not there, and padding that
 * carries anything. Called by one thread; what it has spent may be read by any.
 */
public final class SimulatedDevice {
    public static final TensorShape SHAPE = new TensorShape(3, 4, 4);
    public static final TensorShape LARGER = new TensorShape(3, 6, 5);
    static final TensorShape PICTURE = new TensorShape(3, 2, 4);
    public static final int GUIDED_CHANNELS = 2;
    public static final int TRAIN_STEPS = 100;
    static final List<String> CLASSES = List.of("circle", "square", "star");
    public static final int NULL_CLASS = CLASSES.size();
    public static final List<Integer> UPSAMPLER_TIMESTEPS = List.of(0, 17, 45, 60, 98);
    public static final double NOISE_SCALE = 0.997;

    private static final int TOKENS = 5;
    private static final int CONTEXT = 4;
    private static final int TARGET = 2;

    private final SimulatedClock clock;
    private final Set<String> there = new HashSet<>();
    private final AtomicLong batches = new AtomicLong();
    private final AtomicLong nanosSpent = new AtomicLong();
    private CallWatcher watcher = (bundle, network, rows) -> {};
    private boolean failNextCall;
    private boolean failNextLoad;
    private int mostRows = Integer.MAX_VALUE;
    private int mostBundles = Integer.MAX_VALUE;
    private long mostBytes = Long.MAX_VALUE;
    private long bytesThere;
    private long loadNanos;
    private long loads;
    private long spent;
    private int poisonedRow = -1;
    private float poison = Float.NaN;
    private long rowsLost;
    private long callsLost;
    private long rowsPoisoned;

    public SimulatedDevice(SimulatedClock clock) {
        this.clock = clock;
    }

    /** Sees each call before it is evaluated. */
    interface CallWatcher {
        void called(String bundle, Network network, RowBuffers rows);
    }

    void watch(CallWatcher newWatcher) {
        watcher = newWatcher;
    }

    /** What a simulated bundle has. */
    public enum Kind {
        /** Classes. */
        PLAIN,
        /** Classes, and a classifier that guides. */
        GUIDED,
        /** Classes, of which the denoiser has to be told one, and a classifier that guides. */
        NEVER_UNCONDITIONAL,
        /** Texts and latents, as Stable Diffusion has them. */
        LATENT,
        /** Texts, a guide that reads them in its own way, a second stage, and a decoder on top. */
        CASCADE;

        boolean has(Network network) {
            return switch (this) {
                case PLAIN -> network == Network.DENOISER;
                case GUIDED, NEVER_UNCONDITIONAL -> network == Network.DENOISER || network == Network.GUIDE;
                case LATENT ->
                    network == Network.DENOISER || network == Network.TEXT_ENCODER || network == Network.DECODER;
                case CASCADE -> true;
            };
        }
    }

    /** A bundle of classes on this device, with or without a guide. */
    public Bundle bundle(String name, boolean guided) {
        return bundle(name, guided ? Kind.GUIDED : Kind.PLAIN);
    }

    /** A bundle that takes up one byte. */
    public Bundle bundle(String name, Kind kind) {
        return bundle(name, kind, 1);
    }

    Bundle bundle(String name, Kind kind, long bytes) {
        Map<Network, RowFunction> networks = new EnumMap<>(Network.class);
        Map<Network, Tokenizer> tokenizers = new EnumMap<>(Network.class);
        for (Network network : Network.values()) {
            if (kind.has(network)) {
                networks.put(network, rows -> List.of(evaluate(name, network, rows)));
                tokenizers.put(network, SimulatedDevice::tokens);
            }
        }
        return Bundle.counting(
                manifest(name, kind),
                new BundleIdentity(name, "1", "0".repeat(64)),
                networks,
                tokenizers,
                Optional.empty(),
                new SimulatedResidence(name, bytes));
    }

    public static BundleManifest manifest(String name) {
        return manifest(name, Kind.GUIDED);
    }

    private static BundleManifest manifest(String name, Kind kind) {
        BundleManifest.Diffusion diffusion = new BundleManifest.Diffusion(
                BetaSchedule.COSINE,
                TRAIN_STEPS,
                BundleManifest.Prediction.EPSILON,
                BundleManifest.Variance.LEARNED_RANGE,
                true,
                Spacing.EVEN,
                0,
                FinalAlphaBar.ONE);
        BundleManifest.TokenizerFile tokenizer = new BundleManifest.TokenizerFile("tokenizer.json", "0", TOKENS);
        boolean upsampled = kind.has(Network.UPSAMPLER);
        TensorShape last = upsampled ? LARGER : SHAPE;
        return new BundleManifest(
                BundleManifest.FORMAT_VERSION,
                name,
                "1",
                "simulated",
                "Apache-2.0",
                kind.has(Network.DECODER) ? PICTURE : last,
                SHAPE,
                diffusion,
                kind.has(Network.TEXT_ENCODER)
                        ? new BundleManifest.TextCondition(CONTEXT, tokenizer, List.of())
                        : new BundleManifest.ClassCondition(CLASSES, NULL_CLASS, kind != Kind.NEVER_UNCONDITIONAL),
                kind.has(Network.GUIDE_TEXT_ENCODER)
                        ? Optional.of(new BundleManifest.TextCondition(TARGET, tokenizer, List.of()))
                        : Optional.empty(),
                upsampled
                        ? Optional.of(new BundleManifest.Upsampler(LARGER, diffusion, UPSAMPLER_TIMESTEPS, NOISE_SCALE))
                        : Optional.empty(),
                new BundleManifest.GuidanceFacts(GUIDED_CHANNELS, kind != Kind.NEVER_UNCONDITIONAL),
                new BundleManifest.Defaults(SamplerSettings.Kind.DDPM, 10, 2, 4),
                Map.of());
    }

    /** The next call throws after it has taken its time. */
    void failNextCall() {
        failNextCall = true;
    }

    /** The next call returns NaN in this used row, or in its last one where it has fewer. */
    void poisonNextCall(int row) {
        poisonNextCall(row, Float.NaN);
    }

    /** The next call returns this value, no finite one, in this used row, or in its last one where it has fewer. */
    void poisonNextCall(int row, float value) {
        poisonedRow = row;
        poison = value;
    }

    /** The next bundle that is brought does not load. */
    void failNextLoad() {
        failNextLoad = true;
    }

    /** Makes calls of more rows run out of memory from now on. */
    void limitRows(int rows) {
        mostRows = rows;
    }

    /** Makes bringing one bundle more than these run out of memory from now on. */
    void limitBundles(int bundles) {
        mostBundles = bundles;
    }

    /** Makes bringing a bundle run out of memory from now on, if more than these bytes would then be there. */
    void limitBytes(long bytes) {
        mostBytes = bytes;
    }

    /** Makes bringing a bundle take so much longer from now on. */
    void slowLoads(Duration by) {
        loadNanos = by.toNanos();
    }

    /** Takes back what the next call was to suffer. */
    void recover() {
        failNextCall = false;
        failNextLoad = false;
        poisonedRow = -1;
        mostRows = Integer.MAX_VALUE;
        mostBundles = Integer.MAX_VALUE;
        mostBytes = Long.MAX_VALUE;
    }

    /** Times that a bundle was brought. */
    long loads() {
        return loads;
    }

    Set<String> bundlesThere() {
        return there;
    }

    long batches() {
        return batches.get();
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

    /** The ids of a text: of its first letters, padded with zeroes. */
    static long[] tokens(String text) {
        long[] tokens = new long[TOKENS];
        for (int at = 0; at < TOKENS && at < text.length(); at++) {
            tokens[at] = text.charAt(at);
        }
        return tokens;
    }

    /** A text encoder: a few bounded numbers. */
    public static float[] context(Network encoder, long[] tokens) {
        float[] context = new float[encoder == Network.TEXT_ENCODER ? CONTEXT : TARGET];
        for (int k = 0; k < context.length; k++) {
            long sum = encoder == Network.TEXT_ENCODER ? 0 : 5;
            for (int at = 0; at < tokens.length; at++) {
                sum += (at + k + 1) * tokens[at];
            }
            context[k] = sum % 17 / 17f;
        }
        return context;
    }

    /** The denoiser: eps and variance fraction of one row. */
    public static float[] prediction(float[] x, int timestep, float... condition) {
        int n = x.length;
        float mean = 0;
        for (float value : x) {
            mean += value / n;
        }
        float told = 1;
        for (int k = 0; k < condition.length; k++) {
            told += (k + 1) * condition[k];
        }
        float[] prediction = new float[2 * n];
        for (int e = 0; e < n; e++) {
            prediction[e] = 0.8f * x[e] + 0.1f * mean + 0.02f * told * (e % 5 - 2) + 1e-4f * timestep;
            prediction[n + e] = 0.5f * (e % 3 - 1);
        }
        return prediction;
    }

    /** The guide: a bounded gradient of one row. */
    public static float[] gradient(float[] x, int timestep, float... target) {
        float[] gradient = new float[x.length];
        for (int e = 0; e < x.length; e++) {
            gradient[e] = 0.05f * ((e + target[0]) % 4 - 1.5f) - 0.1f * x[e] / (1 + Math.abs(x[e])) + 1e-5f * timestep;
            gradient[e] += target.length > 1 ? 0.01f * target[1] : 0;
        }
        return gradient;
    }

    /** The upsampler: a denoiser that also looks at the small sample. */
    public static float[] upsamplerPrediction(float[] x, int timestep, float[] low, float... condition) {
        float[] prediction = prediction(x, timestep, condition);
        for (int e = 0; e < x.length; e++) {
            prediction[e] += 0.1f * low[e % low.length];
        }
        return prediction;
    }

    /** The decoder: a picture of one latent. */
    public static float[] picture(float[] latent) {
        float[] picture = new float[PICTURE.elements()];
        for (int e = 0; e < picture.length; e++) {
            picture[e] = 0.5f * latent[e % latent.length] - 0.25f * latent[(3 * e + 1) % latent.length];
        }
        return picture;
    }

    private FloatBuffer evaluate(String bundle, Network network, RowBuffers rows) {
        requireEmptyPadding(rows);
        assertThat(there).as("bundles on the device").contains(bundle);
        watcher.called(bundle, network, rows);
        batches.incrementAndGet();
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
        FloatBuffer results = null;
        for (int row = 0; row < rows.rows(); row++) {
            float[] result = result(network, rows, row);
            if (results == null) {
                results = FloatBuffer.allocate(rows.rows() * result.length);
            }
            results.put(row * result.length, poisoned(row, rows) ? poison(result) : result);
        }
        poisonedRow = -1;
        return Objects.requireNonNull(results);
    }

    private static float[] result(Network network, RowBuffers rows, int row) {
        return switch (network) {
            case DENOISER -> prediction(rows.floats(0, row), timestep(rows, row), condition(rows, 2, row));
            case GUIDE -> gradient(rows.floats(0, row), timestep(rows, row), condition(rows, 2, row));
            case TEXT_ENCODER, GUIDE_TEXT_ENCODER -> context(network, rows.integers(0, row));
            case UPSAMPLER ->
                upsamplerPrediction(
                        rows.floats(0, row), timestep(rows, row), rows.floats(2, row), condition(rows, 3, row));
            case DECODER -> picture(rows.floats(0, row));
        };
    }

    private static int timestep(RowBuffers rows, int row) {
        return (int) rows.integers(1, row)[0];
    }

    private static float[] condition(RowBuffers rows, int at, int row) {
        return switch (rows.layout().inputs().get(at).type()) {
            case FLOATS -> rows.floats(at, row);
            case INTEGERS -> new float[] {rows.integers(at, row)[0]};
        };
    }

    private boolean poisoned(int row, RowBuffers rows) {
        return poisonedRow >= 0 && row == Math.min(poisonedRow, rows.used() - 1);
    }

    private float[] poison(float[] result) {
        rowsPoisoned++;
        result[0] = poison;
        return result;
    }

    /** Awkward durations, so that shares have remainders. */
    private void spend() {
        spend(0);
    }

    private void spend(long atLeast) {
        long nanos = atLeast + 1_000_003 + 13 * (spent++ % 11);
        clock.advance(nanos);
        nanosSpent.addAndGet(nanos);
    }

    private static void requireEmptyPadding(RowBuffers rows) {
        List<RowLayout.Input> inputs = rows.layout().inputs();
        for (int row = rows.used(); row < rows.rows(); row++) {
            for (int at = 0; at < inputs.size(); at++) {
                switch (inputs.get(at).type()) {
                    case FLOATS -> assertThat(rows.floats(at, row)).containsOnly(0);
                    case INTEGERS -> assertThat(rows.integers(at, row)).containsOnly(0);
                }
            }
        }
    }

    private final class SimulatedResidence implements Residence {
        private final String name;
        private final long bytes;

        SimulatedResidence(String name, long bytes) {
            this.name = name;
            this.bytes = bytes;
        }

        @Override
        public void load() {
            if (there.contains(name)) {
                return;
            }
            spend(loadNanos);
            loads++;
            if (failNextLoad) {
                failNextLoad = false;
                callsLost++;
                throw new BundleException("the simulated bundle " + name + " does not load");
            }
            if (there.size() >= mostBundles || bytesThere + bytes > mostBytes) {
                throw new OutOfDeviceMemoryException("the simulated device has no room for " + name);
            }
            there.add(name);
            bytesThere += bytes;
        }

        @Override
        public void unload() {
            if (there.remove(name)) {
                bytesThere -= bytes;
            }
        }

        @Override
        public long bytes() {
            return bytes;
        }
    }
}
