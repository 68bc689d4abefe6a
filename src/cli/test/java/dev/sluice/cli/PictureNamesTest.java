package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PictureNamesTest {
    @Test
    void anIdOfPlainCharactersIsItsOwnName() {
        assertThat(PictureNames.of("9c49ea3d-aab4-4f36-97e3-47ee69f62bbd", 3))
                .isEqualTo("9c49ea3d-aab4-4f36-97e3-47ee69f62bbd-3");
        assertThat(PictureNames.of("order_7.b", 0)).isEqualTo("order_7.b-0");
    }

    static Stream<String> hostile() {
        return Stream.of(
                "../../etc/passwd",
                "/etc/passwd",
                "..",
                ".",
                "",
                "a/b",
                "a\\b",
                "C:\\x",
                "nul\0l",
                "new\nline",
                "-rf",
                ".hidden",
                "Ä".repeat(200),
                "x".repeat(5000),
                "\ud800");
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void anyOtherIdNamesOneFileOfTheFolder(String id) {
        String name = PictureNames.of(id, 0) + ".png";
        Path folder = Path.of("out");

        assertThat(name).matches("[A-Za-z0-9_][A-Za-z0-9._-]{0,119}");
        assertThat(folder.resolve(name).normalize())
                .isEqualTo(folder.resolve(name))
                .hasParentRaw(folder);
    }

    @Test
    void differentIdsHaveDifferentNamesOnAnySystem() {
        assertThat(Stream.of("a/b", "a_b", "a?b", "A_b", "a_B", "a_b-0", "x".repeat(81), "x".repeat(82))
                        .map(id -> PictureNames.of(id, 0).toLowerCase(Locale.ROOT)))
                .doesNotHaveDuplicates();
    }
}
