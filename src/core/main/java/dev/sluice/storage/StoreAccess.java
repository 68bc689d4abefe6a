package dev.sluice.storage;

import dev.sluice.storage.S3Settings.StaticCredentials;
import java.net.URI;
import java.util.Optional;

/**
 * Where somebody who only reads finds the objects that events name.
 *
 * @param endpoint of an S3-compatible service; empty for AWS itself
 * @param region empty for what the SDK finds: environment, profile, instance
 * @param pathStyle whether the bucket stands in the path rather than in the host name
 * @param credentials empty for the AWS default chain, so the reader's own
 */
public record StoreAccess(
        Optional<URI> endpoint, Optional<String> region, boolean pathStyle, Optional<StaticCredentials> credentials) {
    /** The place in words. */
    public String place() {
        return endpoint.map(URI::toString).orElse("AWS S3");
    }
}
