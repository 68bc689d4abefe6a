package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.Waits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class DesktopOpenerTest {
    @TempDir
    private Path folder;

    @Test
    void saysSoWhereThereIsNoDesktop() throws IOException {
        program("xdg-open");

        assertThat(new DesktopOpener("Linux", Map.of("PATH", folder.toString())).open(List.of(Path.of("a.png"))))
                .hasValueSatisfying(sentence -> assertThat(sentence).contains("There is no desktop"));
        assertThat(new DesktopOpener("Linux", Map.of("PATH", "/nowhere", "DISPLAY", ":0"))
                        .open(List.of(Path.of("a.png"))))
                .isPresent();
    }

    @Test
    @Timeout(30)
    void handsEachPictureToTheDesktopsProgram() throws Exception {
        program("xdg-open");
        program("open");
        Map<String, String> desktop = Map.of("PATH", "/nowhere:" + folder, "WAYLAND_DISPLAY", "wayland-0");

        assertThat(new DesktopOpener("Linux", desktop).open(List.of(Path.of("a.png"))))
                .isEmpty();
        awaitShown("xdg-open", Path.of("a.png"));
        assertThat(new DesktopOpener("Mac OS X", Map.of("PATH", folder.toString())).open(List.of(Path.of("b.png"))))
                .isEmpty();
        awaitShown("open", Path.of("b.png"));
    }

    private void awaitShown(String program, Path picture) throws Exception {
        Path shown = folder.resolve(program + ".shown");
        Waits.atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(shown).hasContent(picture.toAbsolutePath().toString()));
    }

    private void program(String name) throws IOException {
        Path file =
                Files.writeString(folder.resolve(name), "#!/bin/sh\nPATH=/usr/bin:/bin\necho \"$1\" >\"$0.shown\"\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
