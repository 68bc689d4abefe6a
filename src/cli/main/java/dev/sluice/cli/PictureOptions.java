package dev.sluice.cli;

import dev.sluice.storage.ObjectReader;
import dev.sluice.text.FileFault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code --out}, {@code --open}, and where the pictures are. */
final class PictureOptions {
    @Mixin
    private StoreOptions store = new StoreOptions();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Save the pictures here as ID-INDEX.png, checked by their sha256, each with its provenance as"
                    + " ID-INDEX.json. No existing file is changed.")
    private @Nullable Path out;

    @Option(
            names = "--open",
            description =
                    "Show the pictures with the desktop's own program; without --out they are saved in a folder for"
                            + " temporary files.")
    private boolean open;

    /** Whether pictures are to be saved at all. */
    boolean wanted() {
        return out != null || open;
    }

    boolean open() {
        return open;
    }

    StoreOptions store() {
        return store;
    }

    /**
     * Saves the pictures; empty if none are to be saved.
     *
     * @throws Main.Failure if what is said of the store makes no sense
     */
    Optional<Pictures> pictures(AddressOptions connection, Map<String, String> environment) {
        return wanted()
                ? Optional.of(new Pictures(folder(), new ObjectReader(store.access(connection, environment))))
                : Optional.empty();
    }

    private Path folder() {
        try {
            return out == null ? Files.createTempDirectory("sluice-") : out;
        } catch (IOException e) {
            throw new UncheckedIOException("no folder for temporary files: " + FileFault.reason(e), e);
        }
    }
}
