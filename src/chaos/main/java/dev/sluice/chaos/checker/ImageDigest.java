package dev.sluice.chaos.checker;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Digests of objects, computed without the code that wrote them. */
final class ImageDigest {
    /** The last chunk of every PNG: length 0, its name, its checksum. A decoder may do without it, a whole file may not. */
    private static final byte[] END = HexFormat.of().parseHex("0000000049454e44ae426082");

    private ImageDigest() {}

    static History.StoredObject of(byte[] bytes) {
        return new History.StoredObject(sha256(bytes), bytes.length, pixels(bytes));
    }

    /** Lower-case hex. */
    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Digest of width, height and ARGB of each pixel; empty where the bytes are no whole PNG. */
    private static Optional<String> pixels(byte[] bytes) {
        if (!endsWell(bytes)) {
            return Optional.empty();
        }
        ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
        try (MemoryCacheImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            reader.setInput(in, true, true);
            return Optional.of(digest(reader.read(0)));
        } catch (IOException | RuntimeException e) {
            // Damaged bytes make the decoder fail in any way.
            return Optional.empty();
        } finally {
            reader.dispose();
        }
    }

    private static boolean endsWell(byte[] bytes) {
        int start = bytes.length - END.length;
        return start >= 0 && ByteBuffer.wrap(bytes, start, END.length).equals(ByteBuffer.wrap(END));
    }

    private static String digest(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        ByteBuffer all =
                ByteBuffer.allocate(4 * (2 + width * height)).putInt(width).putInt(height);
        for (int pixel : image.getRGB(0, 0, width, height, null, 0, width)) {
            all.putInt(pixel);
        }
        return sha256(all.array());
    }
}
