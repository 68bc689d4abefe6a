package dev.sluice.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The known answers that Random123 publishes for philox4x32 with 10 rounds. */
class Philox4x32Test {
    @Test
    void zeros() {
        assertThat(block(0, 0, 0, 0, 0, 0)).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
    }

    @Test
    void ones() {
        assertThat(block(-1, -1, -1, -1, -1, -1)).containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
    }

    @Test
    void digitsOfPi() {
        assertThat(block(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0))
                .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
    }

    @Test
    void blocksFollowOneAnother() {
        int[] words = new int[4 * 9];
        Philox4x32.blocks(-4, 9, 1, 2, 3, 42, words);
        for (int block = 0; block < 9; block++) {
            assertThat(Arrays.copyOfRange(words, 4 * block, 4 * block + 4))
                    .containsExactly(block(block - 4, 1, 2, 3, 42, 0));
        }
    }

    private static int[] block(int c0, int c1, int c2, int c3, int key0, int key1) {
        int[] words = new int[4];
        Philox4x32.blocks(c0, 1, c1, c2, c3, Integer.toUnsignedLong(key0) | ((long) key1 << 32), words);
        return words;
    }
}
