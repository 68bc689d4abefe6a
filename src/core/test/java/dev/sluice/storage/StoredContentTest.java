package dev.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.request.StoredImage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StoredContentTest {
    private static final ImageAddress ADDRESS = address(0);
    private static final byte[] MINE = Samples.png(ADDRESS, 4);
    private static final byte[] EARLIER = Samples.png(ADDRESS, 5);
    private static final StoredImage WANTED = new StoredImage(0, "images", "key", sha256(MINE), MINE.length, 42);

    @Test
    void theSameBytesAreTheImage() {
        assertThat(judge(MINE, Optional.empty())).isEqualTo(new StoredContent.Whole(WANTED));
    }

    @Test
    void anEarlierImageOfTheAddressWinsWithItsOwnChecksum() {
        StoredContent earlier =
                new StoredContent.Whole(new StoredImage(0, "images", "key", sha256(EARLIER), EARLIER.length, 42, true));

        assertThat(judge(EARLIER, Optional.of(sha256(EARLIER)))).isEqualTo(earlier);
        assertThat(judge(EARLIER, Optional.empty())).isEqualTo(earlier);
    }

    @Test
    void bytesThatTheirWriterDidNotMeanAreDamaged() {
        byte[] half = Arrays.copyOf(MINE, MINE.length / 2);

        assertThat(judge(half, Optional.of(sha256(MINE)))).isEqualTo(new StoredContent.Damaged());
        assertThat(judge(half, Optional.of(sha256(EARLIER)))).isEqualTo(new StoredContent.Damaged());
    }

    @Test
    void aFlippedBitInAnImageWithoutMetadataIsSeenByThePngsOwnChecksums() {
        byte[] flipped = EARLIER.clone();
        flipped[flipped.length / 2] ^= 1;

        assertThat(judge(flipped, Optional.empty())).isEqualTo(new StoredContent.Foreign());
    }

    @Test
    void anotherImageOfTheRequestIsForeign() {
        assertThat(judge(Samples.png(address(1), 4), Optional.empty())).isEqualTo(new StoredContent.Foreign());
    }

    @Test
    void anImageOfOtherContentUnderTheSameIdIsForeign() {
        byte[] other = Samples.png(Samples.address("order/17", "07".repeat(32), 0), 4);

        assertThat(judge(other, Optional.empty())).isEqualTo(new StoredContent.Foreign());
        assertThat(judge(other, Optional.of(sha256(other)))).isEqualTo(new StoredContent.Foreign());
    }

    @Test
    void whatIsNoPictureIsForeignWhateverItsMetadata() {
        byte[] text = "hello".getBytes(StandardCharsets.UTF_8);

        assertThat(judge(text, Optional.empty())).isEqualTo(new StoredContent.Foreign());
        assertThat(judge(text, Optional.of(sha256(text)))).isEqualTo(new StoredContent.Foreign());
    }

    private static StoredContent judge(byte[] content, Optional<String> noted) {
        return StoredContent.judge(ADDRESS, WANTED, content, noted);
    }

    private static ImageAddress address(int index) {
        return Samples.address("order/17", Samples.CONTENT, index);
    }

    private static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(Sha256.of(bytes));
    }
}
