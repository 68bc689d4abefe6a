package dev.sluice.stream;

import dev.sluice.storage.Encryption;
import dev.sluice.storage.ObjectKeys;
import dev.sluice.storage.RetryPolicy;
import dev.sluice.storage.S3Settings;
import java.net.URI;
import java.util.Optional;

/** How test and forked workers reach the embedded S3. */
final class LocalS3 {
    static final String ACCESS_KEY = "sluice-test";
    static final String SECRET_KEY = "sluice-test-secret";
    static final String BUCKET = "images";

    private LocalS3() {}

    static S3Settings settings(URI endpoint) {
        return new S3Settings(
                Optional.of(endpoint),
                "us-east-1",
                true,
                Optional.of(new S3Settings.StaticCredentials(ACCESS_KEY, SECRET_KEY)),
                BUCKET,
                new ObjectKeys("generated"),
                new Encryption.BucketDefault(),
                S3Settings.HttpClient.NETTY,
                8,
                RetryPolicy.DEFAULT);
    }
}
