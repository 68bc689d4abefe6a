package dev.sluice.app;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** Which bundles a stack in one process serves. */
final class BundleOption {
    /** Where the launcher says the program lives. */
    private static final Path HOME = Path.of(System.getProperty("sluice.home", ""));

    @Option(
            names = "--bundle",
            paramLabel = "DIR",
            description = "Folder of a bundle to serve; may be repeated. Default: the one that ships with Sluice.")
    private List<Path> bundles = List.of(HOME.resolve("models/bundles/glyphs-adm"));

    /** As the configuration key {@code bundles} has it. */
    String asConfigValue() {
        return bundles.stream().map(Path::toString).collect(Collectors.joining(","));
    }
}
