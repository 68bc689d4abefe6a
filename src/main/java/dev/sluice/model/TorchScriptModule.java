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
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * One TorchScript module on one device, called with {@code (x, t, condition)}. Shapes are checked before the native
 * call, because a native failure leaks the call's inputs. Confined to the thread that makes the calls.
 */
final class TorchScriptModule implements AutoCloseable {
    private final String name;
    private final Model model;
    private final NDManager manager;
    private final PtSymbolBlock block;
    private final boolean differentiates;
    private final BundleManifest.TensorShape shape;

    /**
     * Loads a module.
     *
     * @param differentiates whether the script computes gradients
     * @throws BundleException if it does not load
     */
    TorchScriptModule(String name, Path file, BundleManifest.TensorShape shape, boolean differentiates, Device device) {
        this.name = name;
        this.shape = shape;
        this.differentiates = differentiates;
        model = Model.newInstance(name, device, "PyTorch");
        try (var stream = Files.newInputStream(file)) {
            model.load(stream, Map.of("mapLocation", "true"));
        } catch (IOException | MalformedModelException | RuntimeException e) {
            model.close();
            throw new BundleException(name + ": " + file.getFileName() + " does not load: " + e.getMessage(), e);
        }
        manager = model.getNDManager();
        block = (PtSymbolBlock) model.getBlock();
        JniUtils.enableInferenceMode(block);
    }

    /**
     * Calls the module on every row.
     *
     * @param elementsPerRow for each output, how many floats a row of it has
     * @return the outputs as floats, row after row
     */
    List<FloatBuffer> call(RowBuffers rows, int... elementsPerRow) {
        int n = rows.rowsPerCall();
        if (rows.elementsPerRow() != shape.elements()) {
            throw new ModelException(
                    name + ": rows have " + rows.elementsPerRow() + " elements, not " + shape.elements());
        }
        try (NDManager call = manager.newSubManager()) {
            NDList inputs = new NDList(
                    call.create(
                            rows.samples().asFloatBuffer(),
                            new Shape(n, shape.channels(), shape.height(), shape.width()),
                            DataType.FLOAT32),
                    call.create(rows.timesteps().asLongBuffer(), new Shape(n), DataType.INT64),
                    call.create(rows.conditions().asLongBuffer(), new Shape(n), DataType.INT64));
            // Not Block.forward: without its training flag it runs the script in libtorch's inference mode, where
            // nothing can be differentiated; with it, the module's layers would behave as in training.
            NDList outputs = IValueUtils.forward(block, inputs, differentiates);
            outputs.attach(call);
            return read(outputs, n, elementsPerRow);
        } catch (RuntimeException e) {
            throw new ModelException(name + ": " + e.getMessage(), e);
        }
    }

    private List<FloatBuffer> read(NDList outputs, int n, int... elementsPerRow) {
        if (outputs.size() != elementsPerRow.length) {
            throw new ModelException(name + ": " + outputs.size() + " outputs, not " + elementsPerRow.length);
        }
        FloatBuffer[] read = new FloatBuffer[elementsPerRow.length];
        for (int i = 0; i < read.length; i++) {
            NDArray output = outputs.get(i);
            if (output.size() != (long) n * elementsPerRow[i] || output.getDataType() != DataType.FLOAT32) {
                throw new ModelException(name + ": output " + i + " is " + output.getDataType() + output.getShape());
            }
            ByteBuffer bytes = output.toByteBuffer(false).order(ByteOrder.nativeOrder());
            read[i] = bytes.asFloatBuffer();
        }
        return List.of(read);
    }

    @Override
    public void close() {
        model.close();
    }
}
