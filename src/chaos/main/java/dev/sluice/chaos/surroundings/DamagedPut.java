package dev.sluice.chaos.surroundings;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The write of an object as a careless network and a careless store would have it: other bytes, and nothing along with
 * them that gives it away. Metadata and conditions stay.
 */
final class DamagedPut {
    /** What tells the length or checksum of the bytes, or how they are cut into chunks. */
    private static final Set<String> GIVE_AWAYS = Set.of(
            "content-length",
            "content-md5",
            "content-encoding",
            "x-amz-decoded-content-length",
            "x-amz-trailer",
            "x-amz-sdk-checksum-algorithm");

    private static final String CHECKSUMS = "x-amz-checksum-";

    private DamagedPut() {}

    static HttpMessage truncated(HttpMessage put) {
        byte[] object = object(put);
        return with(put, Arrays.copyOf(object, object.length / 2));
    }

    static HttpMessage flipped(HttpMessage put) {
        byte[] object = object(put);
        object[object.length / 2] ^= 1;
        return with(put, object);
    }

    private static HttpMessage with(HttpMessage put, byte[] object) {
        Map<String, List<String>> headers = new TreeMap<>(put.headers());
        headers.keySet().removeIf(name -> GIVE_AWAYS.contains(name) || name.startsWith(CHECKSUMS));
        return new HttpMessage(put.start(), headers, object);
    }

    /** The object's bytes, of the caller's own. */
    private static byte[] object(HttpMessage put) {
        boolean chunked = put.header("x-amz-content-sha256").orElse("").startsWith("STREAMING-");
        return chunked ? joinChunks(put.body()) : put.body().clone();
    }

    /** Undoes {@code aws-chunked}: {@code size-in-hex[;chunk-signature=…]\r\n data \r\n}, up to a chunk of 0 bytes. */
    private static byte[] joinChunks(byte[] chunked) {
        byte[] object = new byte[chunked.length];
        int length = 0;
        int at = 0;
        while (true) {
            int end = at;
            while (chunked[end] != '\r') {
                end++;
            }
            String head = new String(chunked, at, end - at, StandardCharsets.US_ASCII);
            int size = Integer.parseInt(head.split(";", 2)[0], 16);
            if (size == 0) {
                return Arrays.copyOf(object, length);
            }
            System.arraycopy(chunked, end + 2, object, length, size);
            length += size;
            at = end + 2 + size + 2;
        }
    }
}
