package dev.sluice.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableTest {
    @Test
    void figuresEndAtTheRight() {
        Table table = Table.ofFigures(1, List.of("tenant", "requests", "cost"));
        table.row(List.of("a", "1", "0.25"));
        table.row(List.of("painter", "12", "-"));

        assertThat(table.lines(80))
                .containsExactly("tenant   requests  cost", "a               1  0.25", "painter        12     -");
    }

    @Test
    void whatDoesNotFitStandsBelowWithItsLabels() {
        Table table = Table.ofFigures(1, List.of("tenant", "requests", "device s", "cost"));
        table.row(List.of("painter", "12", "11.553969095", "0.003235111"));

        assertThat(table.lines(32))
                .containsExactly(
                        "tenant   requests      device s",
                        "painter        12  11.553969095",
                        "",
                        "tenant          cost",
                        "painter  0.003235111");
    }

    @Test
    void noCellIsCut() {
        Table table = Table.ofWords(1, List.of("a", "b"));
        table.row(List.of("x".repeat(50), "y".repeat(60)));

        assertThat(table.lines(40)).last().asString().isEqualTo("x".repeat(50) + "  " + "y".repeat(60));
    }

    @Test
    void sentencesAreBrokenAtSpaces() {
        assertThat(Paragraph.lines("  one two three four", 12, 4))
                .containsExactly("  one two", "    three", "    four");
        assertThat(Paragraph.lines("", 12, 4)).containsExactly("");
        assertThat(Paragraph.lines("short", 12, 4)).containsExactly("short");
    }

    @ParameterizedTest
    @CsvSource({"120,120", "7,40", "wide,80", "'',80", "0,80", "999999999999,80"})
    void theWidthIsTheTerminals(String columns, int width) {
        assertThat(Paragraph.width(Map.of("COLUMNS", columns))).isEqualTo(width);
        assertThat(Paragraph.width(Map.of())).isEqualTo(80);
    }
}
