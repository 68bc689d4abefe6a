package dev.sluice.storage;

import java.net.URI;
import java.util.Optional;

/**
 * Which S3 to use, and how.
 *
 * @param endpoint of an S3-compatible service; empty for AWS itself
 * @param pathStyle whether the bucket stands in the path rather than in the host name
 * @param credentials empty for the AWS default chain: environment, profile, container or instance role
 * @param bucket must exist
 * @param encryption asked for with every write
 * @param maxConnections at most this many requests are under way at once
 */
public record S3Settings(
        Optional<URI> endpoint,
        String region,
        boolean pathStyle,
        Optional<StaticCredentials> credentials,
        String bucket,
        ObjectKeys keys,
        Encryption encryption,
        HttpClient client,
        int maxConnections,
        RetryPolicy retry) {
    /** The HTTP clients that the AWS SDK brings. */
    public enum HttpClient {
        /** Native; least CPU per object. */
        CRT,
        /** All Java, for platforms without the native library. */
        NETTY
    }

    /** A key pair from configuration. Does not print its secret. */
    public record StaticCredentials(String accessKey, String secretKey) {
        @Override
        public String toString() {
            return "StaticCredentials[accessKey=" + accessKey + "]";
        }
    }

    public S3Settings {
        if (bucket.isBlank()) {
            throw new IllegalArgumentException("the bucket must have a name");
        }
        if (maxConnections < 1) {
            throw new IllegalArgumentException("maxConnections must be at least 1, not " + maxConnections);
        }
    }
}
