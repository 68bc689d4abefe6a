package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ContactSheetTest {
    private static final int CELL = 64;
    private static final List<String> FIGURES = List.of("evaluations", "hits of 20");

    @Test
    void writesFiguresBehindTheImagesOfTheirRow() {
        BufferedImage none = sheet(List.of("", ""));
        BufferedImage both = sheet(List.of("60", "19"));
        BufferedImage first = sheet(List.of("60", ""));

        int end = behindImages(none);
        assertThat(differing(none, both)).allMatch(x -> x >= end);
        assertThat(differing(none, first)).isNotEmpty();
        assertThat(differing(first, both)).isNotEmpty().allMatch(x -> x > last(differing(none, first)));
    }

    @Test
    void isAsWideAsItsWidestSection() {
        ContactSheet.Section narrow = section(1, List.of(), List.of());
        ContactSheet.Section wide = section(3, FIGURES, List.of("60", "19"));

        assertThat(ContactSheet.draw(List.of(narrow, wide), CELL).getWidth())
                .isEqualTo(ContactSheet.draw(List.of(wide), CELL).getWidth())
                .isGreaterThan(ContactSheet.draw(List.of(narrow), CELL).getWidth());
    }

    private static BufferedImage sheet(List<String> figures) {
        return ContactSheet.draw(List.of(section(2, FIGURES, figures)), CELL);
    }

    private static ContactSheet.Section section(int columns, List<String> captions, List<String> figures) {
        List<BufferedImage> images =
                IntStream.range(0, columns).mapToObj(column -> red()).toList();
        List<String> names =
                IntStream.range(0, columns).mapToObj(String::valueOf).toList();
        return new ContactSheet.Section(
                names, captions, List.of(new ContactSheet.Row("CompCFG", "10 of 50 guided", images, figures)));
    }

    private static BufferedImage red() {
        BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
        IntStream.range(0, 32 * 32).forEach(pixel -> image.setRGB(pixel % 32, pixel / 32, Color.RED.getRGB()));
        return image;
    }

    /** The first column after the last red one. */
    private static int behindImages(BufferedImage sheet) {
        return 1
                + last(columns(sheet).stream()
                        .filter(x -> IntStream.range(0, sheet.getHeight())
                                .anyMatch(y -> sheet.getRGB(x, y) == Color.RED.getRGB()))
                        .toList());
    }

    /** The columns in which two sheets differ. */
    private static List<Integer> differing(BufferedImage one, BufferedImage other) {
        return columns(one).stream()
                .filter(x -> IntStream.range(0, one.getHeight()).anyMatch(y -> one.getRGB(x, y) != other.getRGB(x, y)))
                .toList();
    }

    private static List<Integer> columns(BufferedImage sheet) {
        return IntStream.range(0, sheet.getWidth()).boxed().toList();
    }

    private static int last(List<Integer> columns) {
        return columns.getLast();
    }
}
