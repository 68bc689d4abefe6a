package dev.sluice.storage;

import java.util.Arrays;

/** Pixels of 8 bits a channel, sRGB, immutable. */
public final class RgbImage {
    private static final int CHANNELS = 3;

    private final int width;
    private final int height;
    private final byte[] rgb;

    private RgbImage(int width, int height, byte[] owned) {
        requireSize(width, height, owned.length);
        this.width = width;
        this.height = height;
        this.rgb = owned;
    }

    /**
     * The image with these pixels.
     *
     * @param rgb uint8[height,width,3]: red, green and blue of the first pixel, then of its right neighbour, row by row from
     *     the top; copied
     */
    public static RgbImage of(int width, int height, byte[] rgb) {
        return new RgbImage(width, height, rgb.clone());
    }

    /** How {@code (x + 1)·127.5} becomes one of 256 levels. */
    public enum Levels {
        /** Truncated, as the code of ADM and GLIDE does with what it samples. */
        BELOW,
        /** To the nearest, as DiT's and diffusers' code does with what a decoder makes of a latent. */
        NEAREST
    }

    /**
     * The image that a sample stands for: {@code clamp((x + 1)·127.5, 0, 255)} in float32.
     *
     * @param samples float32[3,height,width], channels first, nominally in [-1, 1]
     * @throws IllegalArgumentException where the length does not fit, or a sample is NaN
     */
    public static RgbImage fromSamples(float[] samples, int width, int height, Levels levels) {
        requireSize(width, height, samples.length);
        int pixels = width * height;
        byte[] rgb = new byte[samples.length];
        for (int channel = 0; channel < CHANNELS; channel++) {
            for (int pixel = 0; pixel < pixels; pixel++) {
                rgb[pixel * CHANNELS + channel] = toByte(samples[channel * pixels + pixel], levels);
            }
        }
        return new RgbImage(width, height, rgb);
    }

    private static byte toByte(float sample, Levels levels) {
        if (Float.isNaN(sample)) {
            throw new IllegalArgumentException("a sample is NaN");
        }
        float half = levels == Levels.NEAREST ? 0.5f : 0f;
        return (byte) (int) Math.clamp((sample + 1f) * 127.5f + half, 0f, 255f);
    }

    private static void requireSize(int width, int height, int length) {
        if (width < 1 || height < 1 || (long) width * height * CHANNELS != length) {
            throw new IllegalArgumentException(
                    length + " values are not " + CHANNELS + " channels of " + width + " x " + height + " pixels");
        }
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /** A copy, uint8[height,width,3]. */
    public byte[] rgb() {
        return rgb.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RgbImage image
                && width == image.width
                && height == image.height
                && Arrays.equals(rgb, image.rgb);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * width + height) + Arrays.hashCode(rgb);
    }

    @Override
    public String toString() {
        return "RgbImage[" + width + " x " + height + "]";
    }
}
