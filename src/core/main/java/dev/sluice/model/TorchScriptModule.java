package dev.sluice.model;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import dev.sluice.text.FileFault;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * One TorchScript module for one device, called with its rows' inputs in their layout's order. It comes to the device
 * when it is first needed, or told to, and may leave it again. Shapes are checked before the native call, because a
 * native failure leaks the call's inputs. Confined to the thread that runs the batches.
 */
final class TorchScriptModule {
    private final String name;
    private final VerifiedFile file;
    private final RowLayout layout;
    private final boolean differentiates;
    private final Device device;
    private @Nullable OnDevice onDevice;

    /**
     * A module that is not on the device yet.
     *
     * @param differentiates whether the script computes gradients
     */
    TorchScriptModule(String name, VerifiedFile file, RowLayout layout, boolean differentiates, Device device) {
        this.name = name;
        this.file = file;
        this.layout = layout;
        this.differentiates = differentiates;
        this.device = device;
    }

    /** Size of the module's file. */
    long bytes() {
        try {
            return Files.size(file.path());
        } catch (IOException e) {
            throw new BundleException(
                    name + ": " + file.path().getFileName() + " cannot be read: " + FileFault.reason(e), e);
        }
    }

    /**
     * Brings the module to the device, unless it is there.
     *
     * @throws BundleException if it does not load, or is no longer what was verified
     * @throws OutOfDeviceMemoryException if there is no room for it
     */
    void load() {
        if (onDevice == null) {
            onDevice = open();
        }
    }

    /** Takes the module from the device, if it is there. */
    void unload() {
        if (onDevice != null) {
            onDevice.model().close();
            onDevice = null;
        }
    }

    /**
     * Calls the module on every row.
     *
     * @param elementsPerRow for each output, how many floats a row of it has
     * @return the outputs as floats, row after row; kept in the buffers
     */
    List<FloatBuffer> call(RowBuffers rows, int... elementsPerRow) {
        int n = rows.rows();
        if (!rows.layout().equals(layout)) {
            throw new ModelException(name + ": rows are " + rows.layout() + ", not " + layout);
        }
        load();
        if (onDevice == null) {
            throw new IllegalStateException(name + " did not load");
        }
        try (NDManager call = onDevice.model().getNDManager().newSubManager()) {
            NDList inputs = new NDList();
            for (int at = 0; at < layout.inputs().size(); at++) {
                inputs.add(array(call, rows, at));
            }
            // Not Block.forward: without its training flag it runs the script in libtorch's inference mode, where
            // nothing can be differentiated; with it, the module's layers would behave as in training.
            NDList outputs = IValueUtils.forward(onDevice.block(), inputs, differentiates);
            outputs.attach(call);
            return keep(rows, outputs, n, elementsPerRow);
        } catch (ModelException e) {
            throw e;
        } catch (RuntimeException e) {
            throw failure(name + ": " + e.getMessage(), e);
        }
    }

    /** An input of all rows. Byte buffers: direct ones of these are read where they are, all others copied. */
    private NDArray array(NDManager call, RowBuffers rows, int at) {
        RowLayout.Input input = layout.inputs().get(at);
        Shape shape = new Shape(LongStream.concat(
                        LongStream.of(rows.rows()), input.shape().stream().mapToLong(Integer::longValue))
                .toArray());
        return switch (input.type()) {
            case FLOATS -> call.create(rows.values(at), shape, DataType.FLOAT32);
            case INTEGERS -> call.create(rows.values(at), shape, DataType.INT64);
        };
    }

    private OnDevice open() {
        Model model = Model.newInstance(name, device, "PyTorch");
        try {
            file.read(content -> model.load(content, Map.of("mapLocation", "true")));
        } catch (IOException | MalformedModelException | RuntimeException e) {
            model.close();
            if (outOfMemory(e)) {
                throw new OutOfDeviceMemoryException(name + ": no room on " + device + ": " + e.getMessage(), e);
            }
            throw new BundleException(name + ": " + file.path().getFileName() + " does not load: " + e.getMessage(), e);
        }
        PtSymbolBlock block = (PtSymbolBlock) model.getBlock();
        JniUtils.enableInferenceMode(block);
        return new OnDevice(model, block);
    }

    private List<FloatBuffer> keep(RowBuffers rows, NDList outputs, int n, int... elementsPerRow) {
        if (outputs.size() != elementsPerRow.length) {
            throw new ModelException(name + ": " + outputs.size() + " outputs, not " + elementsPerRow.length);
        }
        List<FloatBuffer> kept = new ArrayList<>();
        for (int i = 0; i < elementsPerRow.length; i++) {
            NDArray output = outputs.get(i);
            if (output.size() != (long) n * elementsPerRow[i] || output.getDataType() != DataType.FLOAT32) {
                throw new ModelException(name + ": output " + i + " is " + output.getDataType() + output.getShape());
            }
            // A view of native memory, which goes away with the call.
            FloatBuffer view =
                    output.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
            kept.add(rows.keep(i, view));
        }
        return kept;
    }

    /** What a native failure of a call is called on this side. */
    static ModelException failure(String message, RuntimeException cause) {
        return outOfMemory(cause) ? new OutOfDeviceMemoryException(message, cause) : new ModelException(message, cause);
    }

    /** Recognises messages of libtorch's allocators, cuDNN and cuBLAS. Their exceptions have no types in Java. */
    private static boolean outOfMemory(Exception e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("out of memory")
                || message.contains("can't allocate memory")
                || message.contains("not enough memory")
                || message.contains("_alloc_failed");
    }

    private record OnDevice(Model model, PtSymbolBlock block) {}
}
