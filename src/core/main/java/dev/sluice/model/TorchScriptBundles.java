package dev.sluice.model;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import dev.sluice.request.Network;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

    /** Opens bundles like {@link #onCpu}, on the GPU with this number. */
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

    /** The device as the configuration writes it: {@code cpu} or {@code gpu:0}. */
    public String deviceName() {
        return device.isGpu() ? "gpu:" + device.getDeviceId() : device.getDeviceType();
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

    /**
     * A verified bundle for this device, on which it is not yet.
     *
     * @throws BundleException if a tokenizer can't be read
     */
    public Bundle open(VerifiedBundle verified) {
        BundleManifest manifest = verified.manifest();
        List<TorchScriptModule> modules = new ArrayList<>();
        Map<Network, RowFunction> networks = new EnumMap<>(Network.class);
        for (Network network : Network.values()) {
            verified.module(network.label()).ifPresent(file -> {
                boolean differentiates = network == Network.GUIDE;
                TorchScriptModule module = new TorchScriptModule(
                        name(manifest, network.label()), file, manifest.layout(network), differentiates, device);
                int[] outputs = manifest.outputElements(network);
                networks.put(network, rows -> module.call(rows, outputs));
                modules.add(module);
            });
        }
        Optional<TorchScriptModule> auditor = verified.module(VerifiedBundle.AUDITOR)
                .map(file -> new TorchScriptModule(
                        name(manifest, VerifiedBundle.AUDITOR), file, manifest.auditorLayout(), false, device));
        auditor.ifPresent(modules::add);
        return Bundle.counting(
                manifest,
                verified.identity(),
                networks,
                tokenizers(verified),
                auditor.map(module -> rows -> verdict(module.call(rows, 1, 1))),
                new ModulesOnDevice(modules));
    }

    private static Map<Network, Tokenizer> tokenizers(VerifiedBundle verified) {
        Map<Network, Tokenizer> tokenizers = new EnumMap<>(Network.class);
        verified.tokenizerFiles()
                .forEach((encoder, file) -> tokenizers.put(encoder, HuggingFaceFile.read(verified, file)));
        return tokenizers;
    }

    private static String name(BundleManifest manifest, String role) {
        return manifest.name() + "/" + role;
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
