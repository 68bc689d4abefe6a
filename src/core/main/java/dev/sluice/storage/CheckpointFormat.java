package dev.sluice.storage;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/**
 * A checkpoint as an object, big-endian: {@code SLCP}, format version, milliseconds since 1970 when it was made, content
 * hash and platform as texts (length, UTF-8), the snapshot with its length, and the SHA-256 of all that. Lengths have 32
 * bits. Stateless.
 */
final class CheckpointFormat {
    private static final int MAGIC = 0x534c4350;
    private static final int VERSION = 1;
    private static final int SHA256_BYTES = 32;

    private CheckpointFormat() {}

    static byte[] write(CheckpointAddress address, Instant createdAt, byte[] snapshot) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(MAGIC);
            out.writeInt(VERSION);
            out.writeLong(createdAt.toEpochMilli());
            writeBytes(out, address.contentHash().getBytes(StandardCharsets.UTF_8));
            writeBytes(out, address.platform().getBytes(StandardCharsets.UTF_8));
            writeBytes(out, snapshot);
            out.write(Sha256.of(bytes.toByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * The snapshot in an object.
     *
     * @param address that it must have been made for
     * @param oldest when it may have been made at the earliest
     * @throws IllegalArgumentException saying why it can't be used
     */
    static byte[] read(CheckpointAddress address, Instant oldest, byte[] object) {
        int signed = object.length - SHA256_BYTES;
        if (signed < 0
                || !Arrays.equals(
                        Sha256.of(Arrays.copyOf(object, signed)), Arrays.copyOfRange(object, signed, object.length))) {
            throw new IllegalArgumentException("corrupt");
        }
        ByteBuffer in = ByteBuffer.wrap(object, 0, signed);
        try {
            if (in.getInt() != MAGIC || in.getInt() != VERSION) {
                throw new IllegalArgumentException("of another format");
            }
            if (Instant.ofEpochMilli(in.getLong()).isBefore(oldest)) {
                throw new IllegalArgumentException("too old");
            }
            if (!readText(in).equals(address.contentHash())) {
                throw new IllegalArgumentException("of a request with other content");
            }
            if (!readText(in).equals(address.platform())) {
                throw new IllegalArgumentException("made on another platform");
            }
            return readBytes(in);
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("ends early", e);
        }
    }

    private static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String readText(ByteBuffer in) {
        return new String(readBytes(in), StandardCharsets.UTF_8);
    }

    private static byte[] readBytes(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }
}
