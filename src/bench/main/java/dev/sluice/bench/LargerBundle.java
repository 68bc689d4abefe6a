package dev.sluice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * A randomly initialised bundle of the shipped one's architecture, large enough that the modules' work is what counts.
 * The kit makes it from a seed when it is first needed; it is not kept in the repository.
 */
public final class LargerBundle {
    private static final Path PLACE = Path.of("build", "bundles", "random-adm-20m");
    private static final int PARAMETERS = 20_000_000;

    private LargerBundle() {}

    /** Where it is, or will be, in the model kit's directory. */
    public static Path in(Path kit) {
        return kit.resolve(PLACE);
    }

    /**
     * Makes it.
     *
     * @param python an interpreter that has torch
     * @param kit the model kit's directory
     * @throws IOException if the kit fails; it says on standard error why
     */
    public static void make(Path python, Path kit, Consumer<String> progress) throws InterruptedException, IOException {
        progress.accept("Making a random bundle of " + PARAMETERS + " parameters in " + in(kit) + " ...");
        Files.createDirectories(in(kit).getParent());
        Process process = new ProcessBuilder(List.of(
                        python.toString(),
                        "-m",
                        "sluice_models",
                        "random-bundle",
                        "--out",
                        PLACE.toString(),
                        "--parameters",
                        String.valueOf(PARAMETERS),
                        "--seed",
                        "1"))
                .directory(kit.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (process.waitFor() != 0) {
            throw new IOException("the model kit could not make the larger bundle");
        }
    }
}
