package dev.sluice.cli;

import dev.sluice.text.FileFault;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The desktop's own way to show a file: {@code open} on macOS, {@code xdg-open} elsewhere. */
final class DesktopOpener {
    private final String system;
    private final Map<String, String> environment;

    /**
     * The opener of a system.
     *
     * @param system as {@code os.name} has it
     */
    DesktopOpener(String system, Map<String, String> environment) {
        this.system = system.toLowerCase(Locale.ROOT);
        this.environment = Map.copyOf(environment);
    }

    /** Shows the files, and doesn't wait. Returns a sentence if they can't be shown. */
    Optional<String> open(List<Path> files) {
        Optional<Path> program = program();
        if (program.isEmpty()) {
            return Optional.of("There is no desktop to show pictures on here, so --open shows nothing.");
        }
        for (Path file : files) {
            try {
                new ProcessBuilder(
                                program.get().toString(), file.toAbsolutePath().toString())
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
            } catch (IOException e) {
                return Optional.of("Can't show " + file + ": " + FileFault.reason(e));
            }
        }
        return Optional.empty();
    }

    private Optional<Path> program() {
        if (system.startsWith("mac")) {
            return onPath("open");
        }
        boolean desktop = Stream.of("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME")
                .anyMatch(name -> !environment.getOrDefault(name, "").isBlank());
        return desktop ? onPath("xdg-open").or(() -> onPath("wslview")) : Optional.empty();
    }

    private Optional<Path> onPath(String name) {
        return Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .filter(folder -> !folder.isBlank())
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
