package dev.sluice.cost;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "plain|plain",
                "~~|~~",
                " spaced |~ spaced ~",
                "#note|#note",
                "a,b|\"a,b\"",
                "say \"a\"|\"say \"\"a\"\"\"",
                "it's|it's",
                "-5.25|-5.25",
                "-5.2.5|\"'-5.2.5\"",
                "=1|\"'=1\"",
                "=\"a\",b|\"'=\"\"a\"\",b\""
            })
    void quotesWhatNeedsItAndNothingElse(String cell, String written) {
        assertThat(csv(List.of(List.of("x", cell, "y")))).isEqualTo("x," + written + ",y\r\n");
    }

    /** By the rule in words: a quote, a comma or a line's end needs quotes. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void anyTextIsWrittenByTheRule(long seed) {
        Random random = new Random(seed);
        List<List<String>> rows = new ArrayList<>();
        StringBuilder expected = new StringBuilder();
        for (int row = 0; row < 200; row++) {
            List<String> cells = new ArrayList<>();
            List<String> written = new ArrayList<>();
            for (int cell = 0; cell < 5; cell++) {
                String text = "x" + text(random);
                cells.add(text);
                written.add(text.matches("(?s).*[\",\r\n].*") ? '"' + text.replace("\"", "\"\"") + '"' : text);
            }
            rows.add(cells);
            expected.append(String.join(",", written)).append("\r\n");
        }

        assertThat(csv(rows)).as("seed %d", seed).isEqualTo(expected.toString());
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(60); length > 0; length--) {
            text.append(
                    random.nextInt(4) > 0
                            ? (char) (32 + random.nextInt(96))
                            : "\",\r\n\t ';|#\\ü＝".charAt(random.nextInt(13)));
        }
        return text.toString();
    }

    private static String csv(List<List<String>> rows) {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        try (Csv csv = new Csv(out)) {
            rows.forEach(csv::row);
        }
        return text.toString();
    }
}
