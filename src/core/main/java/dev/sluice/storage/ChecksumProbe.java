package dev.sluice.storage;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * Whether a store compares what it gets with the checksum that comes along. One that doesn't sends the checksum back
 * all the same, which then proves nothing. It is found out by a small object with a wrong checksum. A good store
 * refuses that, so the object exists only where the answer is no.
 *
 * <p>Any thread may call. Asks the store at the first question, and remembers an answer.
 */
final class ChecksumProbe {
    private static final String NAME = "startup-check-wrong-checksum";
    private static final int BAD_REQUEST = 400;
    private static final byte[] CONTENT =
            "This came with the checksum of something else.\n".getBytes(StandardCharsets.UTF_8);

    private final S3AsyncClient client;
    private final Encryption encryption;
    private final String bucket;
    private final String key;
    private final AtomicReference<@Nullable Boolean> known = new AtomicReference<>();

    /** @param prefix of the object's key; may be empty */
    ChecksumProbe(S3AsyncClient client, Encryption encryption, String bucket, String prefix) {
        this.client = client;
        this.encryption = encryption;
        this.bucket = bucket;
        this.key = prefix.isEmpty() ? NAME : prefix + "/" + NAME;
    }

    /** Whether it refuses a wrong checksum; fails where the store says neither yes nor no. */
    CompletableFuture<Boolean> refusesWrongOnes() {
        Boolean answer = known.get();
        if (answer != null) {
            return CompletableFuture.completedFuture(answer);
        }
        PutObjectRequest request = encryption
                .applyTo(PutObjectRequest.builder()
                        .bucket(bucket)
                        .key(key)
                        .contentType("text/plain")
                        .contentLength((long) CONTENT.length)
                        .checksumSHA256(Base64.getEncoder().encodeToString(Sha256.of(new byte[0]))))
                .build();
        return client.putObject(request, AsyncRequestBody.fromBytesUnsafe(CONTENT))
                .thenApply(taken -> false)
                .exceptionallyCompose(failure -> StorageFault.hasStatus(failure, BAD_REQUEST)
                        ? CompletableFuture.completedFuture(true)
                        : CompletableFuture.failedFuture(failure))
                .whenComplete((refuses, failure) -> known.compareAndSet(null, refuses));
    }
}
