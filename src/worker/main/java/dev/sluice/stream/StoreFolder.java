package dev.sluice.stream;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where Kafka Streams keeps its stores: a folder of the worker's own in the state directory. Streams sets the permissions of
 * the folder that it is given, which fails where that is a mounted volume of somebody else's.
 */
final class StoreFolder {
    private static final Logger LOG = LoggerFactory.getLogger(StoreFolder.class);

    private static final String NAME = "stores";

    private StoreFolder() {}

    static Path of(Path stateDirectory) {
        return stateDirectory.resolve(NAME);
    }

    /**
     * Makes the folder, and brings the stores that a release before this one left beside it. Called before Streams begins.
     *
     * @throws UncheckedIOException if the state directory can't be used
     */
    static void prepare(Path stateDirectory, String applicationId) {
        Path folder = of(stateDirectory);
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("the state directory can't be used: " + e, e);
        }
        Path before = stateDirectory.resolve(applicationId);
        Path after = folder.resolve(applicationId);
        if (!before.equals(folder) && Files.isDirectory(before) && !Files.exists(after)) {
            try {
                Files.move(before, after);
            } catch (IOException e) {
                LOG.warn("stores_left_behind folder={} reason=\"the changelogs are read instead\"", before, e);
            }
        }
    }
}
