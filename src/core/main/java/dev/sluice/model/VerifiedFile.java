package dev.sluice.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A file of a bundle with the checksum that its manifest gives it. A bundle may be read again long after it was verified, so
 * the checksum is compared each time. Content passes through and is not held: a network may have more of it than an array
 * or the heap can.
 *
 * @param sha256 lower-case hex
 */
record VerifiedFile(Path path, String sha256) {
    /** What is done with a file's content. */
    @FunctionalInterface
    interface Use<E extends Exception> {
        void of(InputStream content) throws IOException, E;
    }

    /**
     * Lets the content be used.
     *
     * @throws BundleException afterwards, if it was not what the checksum says: nothing that was made of it may be called
     */
    <E extends Exception> void read(Use<E> use) throws IOException, E {
        MessageDigest digest = digester();
        try (InputStream content = new DigestInputStream(Files.newInputStream(path), digest)) {
            use.of(content);
            content.transferTo(OutputStream.nullOutputStream());
        }
        String found = HexFormat.of().formatHex(digest.digest());
        if (!found.equals(sha256)) {
            throw new BundleException(path.getFileName() + " has checksum " + found + ", the manifest says " + sha256);
        }
    }

    static MessageDigest digester() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
