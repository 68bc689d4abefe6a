package dev.sluice.model;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Loads verified bundles into libtorch and readies the threads that call them. */
public final class TorchScriptBundles {
    private final Device device;

    private TorchScriptBundles(Device device) {
        this.device = device;
    }

    /**
     * Starts libtorch. Nothing is fetched: what the process needs lies on the class path, or in the folder that {@code
     * PYTORCH_LIBRARY_PATH} names.
     */
    public static TorchScriptBundles onCpu() {
        start();
        return new TorchScriptBundles(Device.cpu());
    }

    /** As {@link #onCpu}, on a GPU by its number. */
    public static TorchScriptBundles onGpu(int number) {
        start();
        return new TorchScriptBundles(Device.gpu(number));
    }

    private static void start() {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        // DJL's profiling executor recompiles a script in its first calls, which then take seconds and differ in bits.
        System.setProperty("ai.djl.pytorch.graph_optimizer", "false");
        Engine.getEngine("PyTorch");
    }

    /** For example {@code cpu} or {@code gpu(0)}; part of what the promise of equal bits is tied to. */
    public String deviceName() {
        return device.toString();
    }

    public String libtorchVersion() {
        return Engine.getEngine("PyTorch").getVersion();
    }

    /**
     * Readies the calling thread: these settings are libtorch's, and per thread.
     *
     * @param threads for the parallel parts of an operator on the CPU; more than 1 stalls where other threads compete
     */
    public void prepareCallingThread(int threads) {
        JniUtils.setNumThreads(threads);
        // The guide differentiates inside its script; parameters are frozen, so the denoiser pays nothing for it.
        JniUtils.setGradMode(true);
        JniUtils.setGraphExecutorOptimize(false);
    }

    /**
     * Loads every module of a verified bundle.
     *
     * @throws BundleException if a module does not load
     */
    public Bundle load(VerifiedBundle verified) {
        BundleManifest manifest = verified.manifest();
        Path denoiser = verified.module("denoiser");
        if (denoiser == null) {
            throw new BundleException(manifest.name() + ": no module in the role denoiser");
        }
        return Bundle.counting(
                manifest,
                verified.identity(),
                new TorchDenoiser(open(manifest, "denoiser", denoiser), manifest.predictionElements()),
                optional(manifest, "guide", verified.module("guide"))
                        .map(m -> new TorchGuide(m, manifest.sample().elements())),
                optional(manifest, "auditor", verified.module("auditor")).map(TorchAuditor::new));
    }

    private Optional<TorchScriptModule> optional(BundleManifest manifest, String role, @Nullable Path file) {
        return file == null ? Optional.empty() : Optional.of(open(manifest, role, file));
    }

    private TorchScriptModule open(BundleManifest manifest, String role, Path file) {
        return new TorchScriptModule(
                manifest.name() + "/" + role, file, manifest.sample(), role.equals("guide"), device);
    }

    private record TorchDenoiser(TorchScriptModule module, int predictionElements) implements Denoiser {
        @Override
        public FloatBuffer evaluate(RowBuffers rows) {
            return module.call(rows, predictionElements).getFirst();
        }

        @Override
        public void close() {
            module.close();
        }
    }

    private record TorchGuide(TorchScriptModule module, int sampleElements) implements Guide {
        @Override
        public Guidance evaluate(RowBuffers rows) {
            List<FloatBuffer> outputs = module.call(rows, sampleElements, 1, 1);
            return new Guidance(outputs.get(0), outputs.get(1), outputs.get(2));
        }

        @Override
        public void close() {
            module.close();
        }
    }

    private record TorchAuditor(TorchScriptModule module) implements Auditor {
        @Override
        public Verdict evaluate(RowBuffers rows) {
            List<FloatBuffer> outputs = module.call(rows, 1, 1);
            return new Verdict(outputs.get(0), outputs.get(1));
        }

        @Override
        public void close() {
            module.close();
        }
    }
}
