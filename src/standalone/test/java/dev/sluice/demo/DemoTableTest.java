package dev.sluice.demo;

import static dev.sluice.DocumentedJson.assertDocumented;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DemoTableTest {
    private static final DemoTable TABLE = new DemoTable(
            40,
            40,
            1_500,
            1_500,
            1_234_567,
            List.of(line("none", "0.000326", null, 0.75), line("classifier, full", "10.000645", 1.0, 1.0)));

    @Test
    void itsJsonIsDocumented() {
        assertDocumented("demo", TABLE.asJson());
    }

    @Test
    void fitsATerminalAndSaysBelowWhatIsTheSameInAllRows() {
        assertThat(printed(TABLE).lines())
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80))
                .anySatisfy(line -> assertThat(line).startsWith("20 images a row, 50 steps."));
        assertThat(printed(TABLE)).doesNotContain("Price 0");
    }

    @Test
    void aPriceOfNothingIsSaid() {
        assertThat(printed(new DemoTable(1, 1, 1, 1, 1, List.of(line("none", "0", null, 0.5)))))
                .contains("Price 0: no price is configured");
    }

    private static DemoTable.Line line(String schedule, String cost, @Nullable Double ratio, @Nullable Double hits) {
        return new DemoTable.Line(
                schedule, "glyphs-adm", 50, 20, 10, 60, 100, 40, 1192.84, ratio, new BigDecimal(cost), hits, hits);
    }

    private static String printed(DemoTable table) {
        StringWriter text = new StringWriter();
        table.print(new PrintWriter(text, true), "USD", 80);
        return text.toString();
    }
}
