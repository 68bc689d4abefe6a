package dev.sluice.worker;

import dev.sluice.model.TorchScriptBundles;

/** Which device the engine runs on. */
public sealed interface DeviceChoice {
    record Cpu() implements DeviceChoice {}

    /** A GPU by its number. */
    record Gpu(int number) implements DeviceChoice {}

    /**
     * Reads {@code cpu} or {@code gpu:N}.
     *
     * @throws IllegalArgumentException if the text is neither
     */
    static DeviceChoice parse(String text) {
        if (text.equals("cpu")) {
            return new Cpu();
        }
        if (text.matches("gpu:\\d{1,3}")) {
            return new Gpu(Integer.parseInt(text.substring("gpu:".length())));
        }
        throw new IllegalArgumentException(text);
    }

    /** The text that {@link #parse} reads. */
    default String text() {
        return switch (this) {
            case Cpu cpu -> "cpu";
            case Gpu(int number) -> "gpu:" + number;
        };
    }

    /** Starts libtorch on the device. */
    default TorchScriptBundles open() {
        return switch (this) {
            case Cpu cpu -> TorchScriptBundles.onCpu();
            case Gpu(int number) -> TorchScriptBundles.onGpu(number);
        };
    }
}
