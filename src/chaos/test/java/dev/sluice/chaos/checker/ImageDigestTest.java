package dev.sluice.chaos.checker;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class ImageDigestTest {
    @Test
    void equalPixelsHaveEqualDigestsAndOthersOthers() throws IOException {
        assertThat(ImageDigest.of(png(4, 2, 7)).pixels())
                .isPresent()
                .isEqualTo(ImageDigest.of(png(4, 2, 7)).pixels());
        assertThat(ImageDigest.of(png(4, 2, 8)).pixels())
                .isNotEqualTo(ImageDigest.of(png(4, 2, 7)).pixels());
        assertThat(ImageDigest.of(png(2, 4, 7)).pixels())
                .isNotEqualTo(ImageDigest.of(png(4, 2, 7)).pixels());
    }

    @Test
    void truncatedOrForeignBytesAreNoPng() throws IOException {
        byte[] png = png(8, 8, 1);

        assertThat(ImageDigest.of(Arrays.copyOf(png, png.length - 1)).pixels()).isEmpty();
        assertThat(ImageDigest.of(Arrays.copyOf(png, 40)).pixels()).isEmpty();
        assertThat(ImageDigest.of(new byte[200]).pixels()).isEmpty();
        assertThat(ImageDigest.of(new byte[0]).pixels()).isEmpty();
    }

    private static byte[] png(int width, int height, int blue) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        image.setRGB(1, 1, blue);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }
}
