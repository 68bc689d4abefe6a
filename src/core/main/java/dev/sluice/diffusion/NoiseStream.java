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
    private static final int UPSAMPLER = 2;

    /** Few enough to stay in the first-level cache. */
    private static final int WORDS_AT_A_TIME = 1024;

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

    /** Fills {@code out} with the x_T of a cascade's second stage. */
    public void fillInitialOfUpsampler(float[] out) {
        fill(0, UPSAMPLER, out);
    }

    private void fill(int index, int domain, float[] out) {
        int[] words = new int[WORDS_AT_A_TIME];
        for (int start = 0; start < out.length; start += WORDS_AT_A_TIME) {
            int count = Math.min(WORDS_AT_A_TIME, out.length - start);
            int blocks = (count + Philox4x32.WORDS - 1) / Philox4x32.WORDS;
            Philox4x32.blocks(start / Philox4x32.WORDS, blocks, index, image, domain, seed, words);
            NormalQuantile.ofWords(words, count, out, start);
        }
    }
}
