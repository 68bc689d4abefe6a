package dev.sluice.model;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Opens verified bundles for libtorch and readies the threads that call them. */
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

    /** What equal bits are promised on: the device's kind and libtorch's version. */
    public String platform() {
        return device.getDeviceType() + " libtorch-" + libtorchVersion();
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
        JniUtils.setGraphExecutorOptimize(false);
    }

    /** A verified bundle for this device, on which it is not yet. */
    public Bundle open(VerifiedBundle verified) {
        BundleManifest manifest = verified.manifest();
        int elements = manifest.sample().elements();
        TorchScriptModule denoiser = module(verified, "denoiser")
                .orElseThrow(() -> new BundleException(manifest.name() + ": no module in the role denoiser"));
        Optional<TorchScriptModule> guide = module(verified, "guide");
        Optional<TorchScriptModule> auditor = module(verified, "auditor");
        return Bundle.counting(
                manifest,
                verified.identity(),
                rows -> denoiser.call(rows, manifest.predictionElements()).getFirst(),
                guide.map(m -> rows -> guidance(m.call(rows, elements, 1, 1))),
                auditor.map(m -> rows -> verdict(m.call(rows, 1, 1))),
                new ModulesOnDevice(Stream.of(Optional.of(denoiser), guide, auditor)
                        .flatMap(Optional::stream)
                        .toList()));
    }

    private Optional<TorchScriptModule> module(VerifiedBundle verified, String role) {
        BundleManifest manifest = verified.manifest();
        return Optional.ofNullable(verified.module(role))
                .map(file -> new TorchScriptModule(
                        manifest.name() + "/" + role, file, manifest.sample(), role.equals("guide"), device));
    }

    private static Guide.Guidance guidance(List<FloatBuffer> outputs) {
        return new Guide.Guidance(outputs.get(0), outputs.get(1), outputs.get(2));
    }

    private static Auditor.Verdict verdict(List<FloatBuffer> outputs) {
        return new Auditor.Verdict(outputs.get(0), outputs.get(1));
    }

    private record ModulesOnDevice(List<TorchScriptModule> modules) implements Residence {
        @Override
        public void load() {
            try {
                modules.forEach(TorchScriptModule::load);
            } catch (RuntimeException e) {
                unload();
                throw e;
            }
        }

        @Override
        public void unload() {
            modules.forEach(TorchScriptModule::unload);
        }

        @Override
        public long bytes() {
            return modules.stream().mapToLong(TorchScriptModule::bytes).sum();
        }
    }
}
