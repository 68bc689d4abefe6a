package dev.sluice.diffusion;

import java.util.Arrays;

/**
 * Philox 4x32 with 10 rounds: a keyed bijection of 128-bit counters whose outputs pass as random (Salmon et al., "Parallel
 * random numbers: as easy as 1, 2, 3", SC 2011). Any word of any stream can be had without those before it.
 */
final class Philox4x32 {
    /** Words in a block. */
    static final int WORDS = 4;

    private static final int ROUNDS = 10;
    private static final long LOW_HALF = 0xFFFF_FFFFL;
    private static final long MULTIPLIER_0 = 0xD2511F53L;
    private static final long MULTIPLIER_1 = 0xCD9E8D57L;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;

    private Philox4x32() {}

    /**
     * The blocks at counters {@code (c0, c1, c2, c3)}, {@code (c0 + 1, c1, c2, c3)}, … All of them go through a round
     * together, word by word, which the JIT turns into vectors.
     *
     * @param key low word first
     * @param words receives four words a block
     */
    static void blocks(int c0, int count, int c1, int c2, int c3, long key, int[] words) {
        long[] word0 = new long[count];
        long[] word1 = new long[count];
        long[] word2 = new long[count];
        long[] word3 = new long[count];
        for (int block = 0; block < count; block++) {
            word0[block] = Integer.toUnsignedLong(c0 + block);
        }
        Arrays.fill(word1, Integer.toUnsignedLong(c1));
        Arrays.fill(word2, Integer.toUnsignedLong(c2));
        Arrays.fill(word3, Integer.toUnsignedLong(c3));
        int k0 = (int) key;
        int k1 = (int) (key >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            round(word0, word1, word2, word3, Integer.toUnsignedLong(k0), Integer.toUnsignedLong(k1));
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        for (int block = 0; block < count; block++) {
            words[WORDS * block] = (int) word0[block];
            words[WORDS * block + 1] = (int) word1[block];
            words[WORDS * block + 2] = (int) word2[block];
            words[WORDS * block + 3] = (int) word3[block];
        }
    }

    /** One round of every block. Words and key are unsigned, in the low halves. */
    private static void round(long[] word0, long[] word1, long[] word2, long[] word3, long k0, long k1) {
        for (int block = 0; block < word0.length; block++) {
            long product0 = MULTIPLIER_0 * (word0[block] & LOW_HALF);
            long product1 = MULTIPLIER_1 * (word2[block] & LOW_HALF);
            word0[block] = (product1 >>> 32) ^ word1[block] ^ k0;
            word1[block] = product1 & LOW_HALF;
            word2[block] = (product0 >>> 32) ^ word3[block] ^ k1;
            word3[block] = product0 & LOW_HALF;
        }
    }
}
