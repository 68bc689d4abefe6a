package dev.sluice.storage;

import dev.sluice.request.RequestId;
import dev.sluice.request.RequestIdentity;
import dev.sluice.request.TenantId;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Names of objects: {@code prefix/request/index.png}, where {@code request} is a digest of tenant, request id and what was
 * asked. Ids are free text chosen by others, so they neither appear in a key nor steer where an object lands; and one that
 * comes again for something else leads to another object.
 *
 * @param prefix may be empty; without slashes at its ends
 */
public record ObjectKeys(String prefix) {
    public ObjectKeys {
        if (prefix.startsWith("/") || prefix.endsWith("/")) {
            throw new IllegalArgumentException("the key prefix '" + prefix + "' must not start or end with a slash");
        }
    }

    /** The key of an image. */
    public String key(ImageAddress address) {
        String name = requestDigest(address.request()) + "/" + address.index() + ".png";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    /** SHA-256 of tenant, NUL, request id, NUL and content hash in UTF-8, as lower-case hex. */
    public static String requestDigest(RequestIdentity request) {
        return digest(request.tenant().value() + '\0' + request.id().value() + '\0' + request.contentHash());
    }

    /** SHA-256 of tenant, NUL and request id in UTF-8, as lower-case hex: the same whatever was asked. */
    static String idDigest(TenantId tenant, RequestId request) {
        return digest(tenant.value() + '\0' + request.value());
    }

    private static String digest(String identity) {
        return HexFormat.of().formatHex(Sha256.of(identity.getBytes(StandardCharsets.UTF_8)));
    }
}
