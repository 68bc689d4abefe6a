package dev.sluice.diffusion;

/**
 * Philox 4x32 with 10 rounds: a keyed bijection of 128-bit counters whose outputs pass as random (Salmon et al., "Parallel
 * random numbers: as easy as 1, 2, 3", SC 2011). Any word of any stream can be had without those before it.
 */
final class Philox4x32 {
    private static final int ROUNDS = 10;
    private static final long MULTIPLIER_0 = 0xD2511F53L;
    private static final long MULTIPLIER_1 = 0xCD9E8D57L;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;

    private Philox4x32() {}

    /**
     * The block at one counter.
     *
     * @param key low word first
     * @param words receives the four words of the counter (c0, c1, c2, c3)
     */
    static void block(int c0, int c1, int c2, int c3, long key, int[] words) {
        int k0 = (int) key;
        int k1 = (int) (key >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = MULTIPLIER_0 * Integer.toUnsignedLong(c0);
            long product1 = MULTIPLIER_1 * Integer.toUnsignedLong(c2);
            c0 = (int) (product1 >>> 32) ^ c1 ^ k0;
            c1 = (int) product1;
            c2 = (int) (product0 >>> 32) ^ c3 ^ k1;
            c3 = (int) product0;
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        words[0] = c0;
        words[1] = c1;
        words[2] = c2;
        words[3] = c3;
    }
}
