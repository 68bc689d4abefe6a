package dev.sluice.storage;

import dev.sluice.request.BundleIdentity;
import dev.sluice.request.RequestId;
import dev.sluice.request.RequestIdentity;
import dev.sluice.request.TenantId;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Names of objects: {@code prefix/request/index.png}, where {@code request} is a digest of tenant, request id, what was
 * asked, and the bundle that makes it. Ids are free text chosen by others, so they neither appear in a key nor steer where an
 * object lands. One that comes again for something else leads to another object, and so does the same request where another
 * version of the bundle, or one with other defaults, makes it.
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
        String name = requestDigest(address.request(), address.bundle()) + "/" + address.index() + ".png";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    /** SHA-256 of tenant, request id, content hash and the bundle's SHA-256 with NULs between, in UTF-8, as lower-case hex. */
    public static String requestDigest(RequestIdentity request, BundleIdentity bundle) {
        return digest(request.tenant().value()
                + '\0'
                + request.id().value()
                + '\0'
                + request.contentHash()
                + '\0'
                + bundle.sha256());
    }

    /** SHA-256 of tenant, NUL and request id in UTF-8, as lower-case hex: the same whatever was asked. */
    static String idDigest(TenantId tenant, RequestId request) {
        return digest(tenant.value() + '\0' + request.value());
    }

    private static String digest(String identity) {
        return HexFormat.of().formatHex(Sha256.of(identity.getBytes(StandardCharsets.UTF_8)));
    }
}
