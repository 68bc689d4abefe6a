package dev.sluice.stream;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.apache.kafka.common.header.Header;

/**
 * Says, among a record's headers, what was cut off it when it arrived. A publisher's headers are of another class, so none
 * passes for one of these.
 */
sealed interface Cut extends Header {
    /** A key or a value of which only the beginning is left. */
    sealed interface Bytes extends Cut {
        /** Length of the whole, in bytes. */
        int length();

        /** SHA-256 of the whole, in hexadecimal. */
        String sha256();

        @Override
        default byte[] value() {
            return (length() + " " + sha256()).getBytes(StandardCharsets.US_ASCII);
        }
    }

    /** The record's key. */
    record Key(int length, String sha256) implements Bytes {
        @Override
        public String key() {
            return "sluice.cut.key";
        }
    }

    /** The record's value. */
    record Value(int length, String sha256) implements Bytes {
        @Override
        public String key() {
            return "sluice.cut.value";
        }
    }

    /**
     * Headers that did not fit.
     *
     * @param dropped how many are left out
     */
    record HeadersDropped(int dropped) implements Cut {
        @Override
        public String key() {
            return "sluice.cut.headers";
        }

        @Override
        public byte[] value() {
            return String.valueOf(dropped).getBytes(StandardCharsets.US_ASCII);
        }
    }

    /** The one of this kind among a record's headers. */
    static <T extends Cut> Optional<T> in(Iterable<Header> headers, Class<T> kind) {
        for (Header header : headers) {
            if (kind.isInstance(header)) {
                return Optional.of(kind.cast(header));
            }
        }
        return Optional.empty();
    }

    /** SHA-256 of all that remains in the buffer. The buffer's position does not change. */
    static String sha256(ByteBuffer bytes) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes.duplicate());
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
