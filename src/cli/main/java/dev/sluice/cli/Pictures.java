package dev.sluice.cli;

import dev.sluice.events.v1.GenerationCompleted;
import dev.sluice.events.v1.ImageObject;
import dev.sluice.storage.ObjectSource;
import dev.sluice.storage.PngMetadata;
import dev.sluice.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Saves the pictures of outcomes in a folder, each with its provenance. A picture is checked before it gets its name.
 * One that is not what its outcome announced is thrown away. No existing file is changed. Confined to one thread.
 */
final class Pictures implements AutoCloseable {
    private final Path folder;
    private final ObjectSource store;

    /**
     * Pictures of a store.
     *
     * @param folder made with the first picture
     */
    Pictures(Path folder, ObjectSource store) {
        this.folder = folder;
        this.store = store;
    }

    /** What became of one picture. */
    sealed interface Saved {
        int index();

        /** It is there, whether it came now or was there already. */
        record Here(int index, Path file) implements Saved {}

        /** It is not there, and why. */
        record Missing(int index, String reason) implements Saved {}
    }

    /** Saves all that the outcome announces. */
    List<Saved> save(GenerationCompleted outcome) {
        List<Saved> saved = new ArrayList<>();
        for (ImageObject image : outcome.getImages()) {
            try {
                saved.add(new Saved.Here(image.getIndex(), save(outcome.getRequestId(), image)));
            } catch (StorageException | NotSavedException e) {
                saved.add(new Saved.Missing(image.getIndex(), String.valueOf(e.getMessage())));
            } catch (IOException e) {
                saved.add(new Saved.Missing(image.getIndex(), "can't write to " + folder + ": " + e));
            }
        }
        return saved;
    }

    @Override
    public void close() {
        store.close();
    }

    private Path save(String requestId, ImageObject image) throws IOException {
        Files.createDirectories(folder);
        String name = PictureNames.of(requestId, image.getIndex());
        Path picture = folder.resolve(name + ".png");
        if (isThere(picture, image.getSha256())) {
            return picture;
        }
        Path coming = Files.createTempDirectory(folder, ".sluice-");
        try {
            Path file = coming.resolve("picture");
            store.download(image.getBucket(), image.getKey(), file);
            requireAnnounced(file, image);
            Optional<String> provenance = provenance(file);
            put(file, picture);
            if (provenance.isPresent()) {
                Path words = Files.writeString(coming.resolve("provenance"), provenance.get() + "\n");
                Path beside = folder.resolve(name + ".json");
                if (!isThere(beside, sha256(words))) {
                    put(words, beside);
                }
            }
            return picture;
        } finally {
            Files.deleteIfExists(coming.resolve("picture"));
            Files.deleteIfExists(coming.resolve("provenance"));
            Files.delete(coming);
        }
    }

    /** Whether a file of the name has this content already. A file with other content stays. */
    private static boolean isThere(Path file, String sha256) throws IOException {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        if (!sha256(file).equals(sha256)) {
            throw new NotSavedException(file + " is there already and is another file; it was left as it is");
        }
        return true;
    }

    /** A link at the place is not followed, and nothing is replaced. */
    private static void put(Path file, Path place) throws IOException {
        try {
            Files.move(file, place);
        } catch (FileAlreadyExistsException e) {
            throw new NotSavedException(place + " is there already; it was left as it is");
        }
    }

    private static void requireAnnounced(Path file, ImageObject image) throws IOException {
        long bytes = Files.size(file);
        String sha256 = sha256(file);
        if (bytes != image.getSizeBytes() || !sha256.equals(image.getSha256())) {
            throw new NotSavedException("s3://" + image.getBucket() + "/" + image.getKey() + " has " + bytes
                    + " bytes with sha256 " + sha256 + ", but the outcome announced " + image.getSizeBytes()
                    + " bytes with sha256 " + image.getSha256() + "; it was not saved");
        }
    }

    private static Optional<String> provenance(Path file) throws IOException {
        try {
            return PngMetadata.read(Files.readAllBytes(file)).provenance();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream content = Files.newInputStream(file);
                DigestInputStream digest = new DigestInputStream(content, MessageDigest.getInstance("SHA-256"))) {
            digest.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(digest.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Why a picture was left out. */
    private static final class NotSavedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotSavedException(String message) {
            super(message);
        }
    }
}
