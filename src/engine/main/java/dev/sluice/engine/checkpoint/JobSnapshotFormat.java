package dev.sluice.engine.checkpoint;

import dev.sluice.engine.sampling.ImageState;
import dev.sluice.engine.sampling.StepMemory;
import dev.sluice.request.BatchShape;
import dev.sluice.request.BatchSize;
import dev.sluice.request.BundleIdentity;
import dev.sluice.request.Network;
import dev.sluice.request.PerNetwork;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * {@link JobSnapshot} as bytes, big-endian. First the format version. Then the bundle's name, version and SHA-256 as
 * texts (length, UTF-8). Then whether batches are of constant size, and rows per batch of each network in the order of
 * {@link Network}. Then for each image: its stage's name, the next index, x, what is held, the number of arrays that
 * the solver remembers, these arrays, and what the upsampler looks at. Arrays are counted floats. Numbers are 32 bits
 * wide. Stateless.
 */
public final class JobSnapshotFormat {
    private static final int VERSION = 2;

    private JobSnapshotFormat() {}

    public static byte[] write(JobSnapshot snapshot) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(VERSION);
            writeText(out, snapshot.bundle().name());
            writeText(out, snapshot.bundle().version());
            writeText(out, snapshot.bundle().sha256());
            out.writeInt(snapshot.batches().size() == BatchSize.CONSTANT ? 1 : 0);
            for (Network network : Network.values()) {
                out.writeInt(snapshot.batches().rowsPerCall(network));
            }
            out.writeInt(snapshot.images().size());
            for (ImageState image : snapshot.images()) {
                writeText(out, image.stage().name());
                out.writeInt(image.nextIndex());
                writeFloats(out, image.x());
                writeFloats(out, image.memory().held());
                out.writeInt(image.memory().solver().size());
                for (float[] remembered : image.memory().solver()) {
                    writeFloats(out, remembered);
                }
                writeFloats(out, image.low());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IllegalArgumentException if the bytes are anything else, or of another release's format
     */
    public static JobSnapshot read(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            if (in.getInt() != VERSION) {
                throw new IllegalArgumentException("a snapshot of another format version");
            }
            BundleIdentity bundle = new BundleIdentity(readText(in), readText(in), readText(in));
            BatchSize size = in.getInt() == 1 ? BatchSize.CONSTANT : BatchSize.ELASTIC;
            PerNetwork batchSizes = PerNetwork.NONE;
            for (Network network : Network.values()) {
                batchSizes = batchSizes.with(network, in.getInt());
            }
            BatchShape batches = new BatchShape(size, batchSizes);
            int count = in.getInt();
            List<ImageState> images = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                images.add(new ImageState(
                        ImageState.Stage.valueOf(readText(in)),
                        in.getInt(),
                        readFloats(in),
                        readMemory(in),
                        readFloats(in)));
            }
            if (in.hasRemaining()) {
                throw new IllegalArgumentException("a snapshot with something after it");
            }
            return new JobSnapshot(bundle, batches, images);
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("a snapshot that ends early", e);
        }
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String readText(ByteBuffer in) {
        byte[] bytes = new byte[length(in, Byte.BYTES)];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static StepMemory readMemory(ByteBuffer in) {
        float[] held = readFloats(in);
        int count = in.getInt();
        List<float[]> solver = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            solver.add(readFloats(in));
        }
        return new StepMemory(held, solver);
    }

    private static void writeFloats(DataOutputStream out, float[] values) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
        bytes.asFloatBuffer().put(values);
        out.writeInt(values.length);
        out.write(bytes.array());
    }

    private static float[] readFloats(ByteBuffer in) {
        float[] values = new float[length(in, Float.BYTES)];
        in.asFloatBuffer().get(values);
        in.position(in.position() + values.length * Float.BYTES);
        return values;
    }

    /** Never more than there is, so that no number in the bytes makes us allocate. */
    private static int length(ByteBuffer in, int size) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining() / size) {
            throw new BufferUnderflowException();
        }
        return length;
    }
}
