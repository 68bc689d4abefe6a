package dev.sluice.diffusion;

/**
 * The noise of one image: standard normal deviates that depend on the seed, the image's number within its request, the
 * sampling index and the element, and on nothing else. So an image has the same noise whatever its batch, its schedule
 * and the steps that ran before.
 *
 * <p>Each deviate is the normal quantile of one Philox word w at {@code (w + 1/2) / 2^32}. Key: the seed. Counter: block of
 * four elements, sampling index, image number, domain. Immutable; any thread may call it.
 */
public final class NoiseStream {
    private static final int INITIAL = 0;
    private static final int STEP = 1;

    private final long seed;
    private final int image;

    /**
     * The noise of one image of a request.
     *
     * @param image number within the request, from 0
     */
    public NoiseStream(long seed, int image) {
        this.seed = seed;
        this.image = image;
    }

    /** Fills {@code out} with x_T. */
    public void fillInitial(float[] out) {
        fill(0, INITIAL, out);
    }

    /** Fills {@code out} with the z of the step at this sampling index. */
    public void fillStep(int index, float[] out) {
        fill(index, STEP, out);
    }

    private void fill(int index, int domain, float[] out) {
        int[] words = new int[4];
        for (int start = 0; start < out.length; start += words.length) {
            Philox4x32.block(start / words.length, index, image, domain, seed, words);
            int count = Math.min(words.length, out.length - start);
            for (int w = 0; w < count; w++) {
                out[start + w] = (float) NormalQuantile.of(uniform(words[w]));
            }
        }
    }

    /** The middle of the word's 2^-32 wide cell: never 0 or 1. */
    private static double uniform(int word) {
        return (Integer.toUnsignedLong(word) + 0.5) * 0x1p-32;
    }
}
