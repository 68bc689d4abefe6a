package dev.sluice.storage;

import dev.sluice.request.StoredImage;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import software.amazon.awssdk.core.BytesWrapper;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * Images as objects in S3-compatible storage.
 *
 * <p>Every write is conditional ({@code If-None-Match: *}). Where the key is taken (412), the object that lies there is
 * compared with the image: by length and by the SHA-256 that the first writer left in the object's metadata, or by its
 * content where a store has dropped that. Equal is success, for the first writer was this request, on this worker or another
 * that died before it could tell.
 */
public final class S3ImageStore implements ImageStore {
    /** Metadata key (as {@code x-amz-meta-sluice-sha256}) of the content's SHA-256 in lower-case hex. */
    static final String SHA256_METADATA = "sluice-sha256";

    private final S3AsyncClient client;
    private final String bucket;
    private final ObjectKeys keys;
    private final Retrier retrier;

    public S3ImageStore(S3Settings settings) {
        this.client = S3Clients.create(settings);
        this.bucket = settings.bucket();
        this.keys = settings.keys();
        this.retrier = new Retrier(settings.retry());
    }

    @Override
    public CompletionStage<StoredImage> put(ImageAddress address, byte[] png) {
        String key = keys.key(address.tenant(), address.request(), address.index());
        byte[] digest = Sha256.of(png);
        String sha256 = HexFormat.of().formatHex(digest);
        PutObjectRequest request = PutObjectRequest.builder()
                .bucket(bucket)
                .key(key)
                .ifNoneMatch("*")
                .contentType("image/png")
                .contentLength((long) png.length)
                .checksumSHA256(Base64.getEncoder().encodeToString(digest))
                .metadata(Map.of(SHA256_METADATA, sha256))
                .build();
        StoredImage stored = new StoredImage(address.index(), bucket, key, sha256, png.length, address.seed());
        return retrier.run("put " + bucket + "/" + key, () -> writeOrCompare(request, png, stored));
    }

    private CompletableFuture<StoredImage> writeOrCompare(PutObjectRequest request, byte[] png, StoredImage image) {
        return client.putObject(request, AsyncRequestBody.fromBytesUnsafe(png))
                .thenApply(written -> image)
                .exceptionallyCompose(failure -> StorageFault.hasStatus(failure, StorageFault.PRECONDITION_FAILED)
                        ? compareWithExisting(image)
                        : CompletableFuture.failedFuture(failure));
    }

    private CompletableFuture<StoredImage> compareWithExisting(StoredImage image) {
        return client.headObject(head -> head.bucket(image.bucket()).key(image.key()))
                .thenCompose(existing -> sha256Of(existing, image).thenApply(sha256 -> {
                    if (existing.contentLength() != image.sizeBytes() || !sha256.equals(image.sha256())) {
                        throw new StorageConflictException(image.bucket(), image.key());
                    }
                    return image;
                }));
    }

    private CompletableFuture<String> sha256Of(HeadObjectResponse existing, StoredImage image) {
        String noted = existing.metadata().get(SHA256_METADATA);
        return noted != null
                ? CompletableFuture.completedFuture(noted)
                : fetch(image.bucket(), image.key())
                        .thenApply(object -> HexFormat.of().formatHex(Sha256.of(object.asByteArrayUnsafe())));
    }

    @Override
    public CompletionStage<byte[]> get(String fromBucket, String key) {
        return retrier.run(
                "get " + fromBucket + "/" + key, () -> fetch(fromBucket, key).thenApply(BytesWrapper::asByteArray));
    }

    private CompletableFuture<ResponseBytes<GetObjectResponse>> fetch(String fromBucket, String key) {
        return client.getObject(object -> object.bucket(fromBucket).key(key), AsyncResponseTransformer.toBytes());
    }

    @Override
    public void close() {
        client.close();
    }
}
