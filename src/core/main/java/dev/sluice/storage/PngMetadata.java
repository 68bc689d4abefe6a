package dev.sluice.storage;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * What a PNG says about itself: its size, and its uncompressed {@code tEXt} and {@code iTXt} chunks.
 *
 * @param texts by keyword; those in a named language are left out
 */
public record PngMetadata(int width, int height, Map<String, String> texts) {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

    public PngMetadata {
        texts = Map.copyOf(texts);
    }

    /**
     * Reads the chunks of a PNG.
     *
     * @throws IllegalArgumentException where the bytes are not a whole PNG
     */
    public static PngMetadata read(byte[] png) {
        try {
            return readChunks(ByteBuffer.wrap(png));
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("the PNG ends early", e);
        }
    }

    private static PngMetadata readChunks(ByteBuffer png) {
        if (!Arrays.equals(bytes(png, SIGNATURE.length), SIGNATURE)) {
            throw new IllegalArgumentException("not a PNG");
        }
        int width = 0;
        int height = 0;
        Map<String, String> texts = new LinkedHashMap<>();
        while (true) {
            int length = png.getInt();
            String type = new String(bytes(png, 4), StandardCharsets.ISO_8859_1);
            ByteBuffer data = ByteBuffer.wrap(bytes(png, length));
            requireChecksum(type, data, png.getInt());
            switch (type) {
                case "IHDR" -> {
                    width = data.getInt();
                    height = data.getInt();
                }
                case "tEXt" ->
                    texts.put(
                            untilNul(data, StandardCharsets.ISO_8859_1), remaining(data, StandardCharsets.ISO_8859_1));
                case "iTXt" -> readInternational(data, texts);
                case "IEND" -> {
                    return new PngMetadata(width, height, texts);
                }
                default -> {}
            }
        }
    }

    /** A chunk's CRC-32 is over its type and its data. */
    private static void requireChecksum(String type, ByteBuffer data, int noted) {
        CRC32 checksum = new CRC32();
        checksum.update(type.getBytes(StandardCharsets.ISO_8859_1));
        checksum.update(data.duplicate());
        if ((int) checksum.getValue() != noted) {
            throw new IllegalArgumentException("the PNG's chunk " + type + " is damaged");
        }
    }

    private static void readInternational(ByteBuffer data, Map<String, String> texts) {
        String keyword = untilNul(data, StandardCharsets.ISO_8859_1);
        boolean compressed = data.get() != 0;
        byte method = data.get();
        String language = untilNul(data, StandardCharsets.US_ASCII);
        String translated = untilNul(data, StandardCharsets.UTF_8);
        if (!compressed && method == 0 && language.isEmpty() && translated.isEmpty()) {
            texts.put(keyword, remaining(data, StandardCharsets.UTF_8));
        }
    }

    private static byte[] bytes(ByteBuffer from, int length) {
        if (length < 0 || length > from.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        from.get(bytes);
        return bytes;
    }

    private static String untilNul(ByteBuffer data, Charset charset) {
        int end = data.position();
        while (data.get(end) != 0) {
            end++;
        }
        String text = new String(bytes(data, end - data.position()), charset);
        data.position(end + 1);
        return text;
    }

    private static String remaining(ByteBuffer data, Charset charset) {
        return new String(bytes(data, data.remaining()), charset);
    }

    /** The {@link Provenance} as JSON, where Sluice wrote the image. */
    public Optional<String> provenance() {
        return Optional.ofNullable(texts.get(PngKeywords.PROVENANCE));
    }

    /** The XMP packet, where there is one. */
    public Optional<String> xmp() {
        return Optional.ofNullable(texts.get(PngKeywords.XMP));
    }
}
