package dev.sluice.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventPatternTest {
    private static final Pattern LOGGED =
            Pattern.compile("LOG\\.(?:trace|debug|info|warn|error)\\(\\s*((?:\"(?:[^\"\\\\]|\\\\.)*\"[\\s+]*)*)");
    private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");

    @Test
    void takesNameAndFieldsApart() {
        EventPattern pattern = EventPattern.of("call_size rows={} share=1/{} source=\"at {}, of {}\" kept=true")
                .orElseThrow();

        assertThat(pattern.name()).isEqualTo("call_size");
        assertThat(pattern.fill(new Object[] {8, 2, "a=b\" c=d", null}).orElseThrow())
                .containsExactly(
                        new LogField("rows", 8),
                        new LogField("share", "1/2"),
                        new LogField("source", "at a=b\" c=d, of null"),
                        new LogField("kept", true));
    }

    @Test
    void tooFewValuesFillNothing() {
        assertThat(EventPattern.of("a b={}").orElseThrow().fill(new Object[0])).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Two words",
                "two words",
                "a b= c",
                "a b=\"open",
                "a b=1 b=2",
                "a ts=1",
                "a error={}",
                "a b=1  c=2",
                "a B=1",
                "a b=1 and more"
            })
    void whatIsNoEventIsNone(String text) {
        assertThat(EventPattern.of(text)).isEmpty();
    }

    @Test
    void allThatTheProgramLogsIsAnEventWithFields() throws IOException {
        List<String> patterns = patterns();

        assertThat(patterns).hasSizeGreaterThan(80);
        assertThat(patterns)
                .allSatisfy(pattern ->
                        assertThat(EventPattern.of(pattern)).as(pattern).isPresent());
    }

    private static List<String> patterns() throws IOException {
        List<String> patterns = new ArrayList<>();
        try (Stream<Path> sources = Files.walk(Path.of("src"))) {
            for (Path source : sources.filter(file -> file.toString().contains("/main/java/")
                            && file.toString().endsWith(".java"))
                    .toList()) {
                Matcher logged = LOGGED.matcher(Files.readString(source));
                while (logged.find()) {
                    StringBuilder pattern = new StringBuilder();
                    LITERAL.matcher(logged.group(1))
                            .results()
                            .forEach(literal -> pattern.append(literal.group(1).replace("\\\"", "\"")));
                    patterns.add(pattern.toString());
                }
            }
        }
        return patterns;
    }
}
