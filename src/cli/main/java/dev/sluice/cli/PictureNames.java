package dev.sluice.cli;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * What a request's pictures are called on this machine: its id and their number. Ids are free text chosen by others, so what
 * is no plain word becomes {@code _}, and a digest of the id keeps different ids apart.
 */
final class PictureNames {
    private static final int LONGEST = 80;
    private static final int DIGEST = 8;

    private PictureNames() {}

    /** A file's name without its ending. It is valid on any system, whatever the id. */
    static String of(String requestId, int index) {
        String plain = requestId.replaceAll("[^A-Za-z0-9._-]", "_");
        plain = plain.length() <= LONGEST ? plain : plain.substring(0, LONGEST);
        if (plain.isEmpty() || plain.startsWith(".") || plain.startsWith("-")) {
            plain = "_" + plain;
        }
        // Names that differ in capitals alone are the same on some systems.
        boolean exact = plain.equals(requestId) && plain.equals(plain.toLowerCase(Locale.ROOT));
        return plain + (exact ? "" : "-" + digest(requestId)) + "-" + index;
    }

    private static String digest(String requestId) {
        try {
            byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(requestId.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sha256).substring(0, DIGEST);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
