package dev.sluice.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** Which bundles a stack in one process serves. */
public final class BundleOption {
    /** Where the launcher says the program lives. */
    private static final Path HOME = Path.of(System.getProperty("sluice.home", ""));

    /** The bundle that is served where none is named. */
    static final Path SHIPPED = HOME.resolve("models/bundles/glyphs-adm");

    @Option(
            names = "--bundle",
            paramLabel = "DIR",
            description = "Folder of a bundle to serve; may be repeated. Default: the one that ships with Sluice.")
    private List<Path> bundles = List.of(SHIPPED);

    public List<Path> folders() {
        return List.copyOf(bundles);
    }

    /** The value for the configuration key {@code bundles}. */
    public String asConfigValue() {
        return asConfigValue(bundles);
    }

    public static String asConfigValue(List<Path> folders) {
        return folders.stream().map(Path::toString).collect(Collectors.joining(","));
    }

    /** The folders of all bundles that ship with Sluice, by name. */
    public static List<Path> shipped() throws IOException {
        try (Stream<Path> folders = Files.list(HOME.resolve("models/bundles"))) {
            return folders.filter(folder -> Files.exists(folder.resolve("bundle.json")))
                    .sorted()
                    .toList();
        }
    }
}
