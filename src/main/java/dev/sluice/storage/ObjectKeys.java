package dev.sluice.storage;

import dev.sluice.request.RequestId;
import dev.sluice.request.TenantId;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Names of objects: {@code prefix/request/index.png}, where {@code request} is a digest of tenant and request id. Ids are
 * free text chosen by others, so they neither appear in a key nor steer where an object lands.
 *
 * @param prefix may be empty; without slashes at its ends
 */
public record ObjectKeys(String prefix) {
    public ObjectKeys {
        if (prefix.startsWith("/") || prefix.endsWith("/")) {
            throw new IllegalArgumentException("the key prefix '" + prefix + "' must not start or end with a slash");
        }
    }

    /** The key of image {@code index}, from 0. */
    public String key(TenantId tenant, RequestId request, int index) {
        String name = requestDigest(tenant, request) + "/" + index + ".png";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    /** SHA-256 of tenant, NUL and request id in UTF-8, as lower-case hex. */
    public static String requestDigest(TenantId tenant, RequestId request) {
        String identity = tenant.value() + '\0' + request.value();
        return HexFormat.of().formatHex(Sha256.of(identity.getBytes(StandardCharsets.UTF_8)));
    }
}
