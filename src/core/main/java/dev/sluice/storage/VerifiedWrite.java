package dev.sluice.storage;

import dev.sluice.request.StoredImage;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/**
 * The write of one image, which succeeds only with an object that was seen to be whole.
 *
 * <p>The write is conditional ({@code If-None-Match: *}). An ETag that is the MD5 of what was sent is proof, because
 * the store was not told it. It was told the SHA-256, so that is proof only where the store {@linkplain ChecksumProbe
 * refuses wrong ones}. If there is no proof, or the key is taken (412), the object is read back and {@linkplain
 * StoredContent judged}. (An ETag is no MD5 for some kinds of encryption and of bucket.) A whole image of the same
 * address is the answer: the first one wins.
 *
 * <p>A damaged object is written over, but only if it is still the one that was read ({@code If-Match} with its ETag).
 * Deleting it first would not be safe: another writer, having seen the same damage, may have put a good image there in
 * between and told of it. Of two that repair at once, one gets a 412 and looks again.
 *
 * <p>May be attempted again after any failure, by one attempt at a time; an earlier attempt that was given up may still
 * land, which the conditions make harmless.
 */
final class VerifiedWrite {
    /** Metadata key (as {@code x-amz-meta-sluice-sha256}) of the content's SHA-256 in lower-case hex. */
    static final String SHA256_METADATA = "sluice-sha256";

    private static final Logger LOG = LoggerFactory.getLogger(VerifiedWrite.class);

    private final S3AsyncClient client;
    private final Encryption encryption;
    private final ChecksumProbe probe;
    private final ImageAddress address;
    private final StoredImage image;
    private final byte[] png;

    /**
     * A write that has not begun.
     *
     * @param probe asked where the store answers with the checksum alone
     * @param image the object that is to be
     * @param png its bytes
     */
    VerifiedWrite(
            S3AsyncClient client,
            Encryption encryption,
            ChecksumProbe probe,
            ImageAddress address,
            StoredImage image,
            byte[] png) {
        this.client = client;
        this.encryption = encryption;
        this.probe = probe;
        this.address = address;
        this.image = image;
        this.png = png;
    }

    CompletableFuture<StoredImage> attempt() {
        return client.putObject(request().ifNoneMatch("*").build(), AsyncRequestBody.fromBytesUnsafe(png))
                .thenCompose(this::isProof)
                .thenCompose(
                        proven -> proven ? CompletableFuture.completedFuture(image) : examine("not seen to arrive"))
                .exceptionallyCompose(failure -> StorageFault.hasStatus(failure, StorageFault.PRECONDITION_FAILED)
                        ? examine("key taken")
                        : CompletableFuture.failedFuture(failure));
    }

    private PutObjectRequest.Builder request() {
        return encryption.applyTo(PutObjectRequest.builder()
                .bucket(image.bucket())
                .key(image.key())
                .contentType("image/png")
                .contentLength((long) png.length)
                .checksumSHA256(base64Sha256())
                .metadata(Map.of(SHA256_METADATA, image.sha256())));
    }

    private CompletableFuture<Boolean> isProof(PutObjectResponse written) {
        if (("\"" + Md5.hex(png) + "\"").equals(written.eTag())) {
            return CompletableFuture.completedFuture(true);
        }
        return base64Sha256().equals(written.checksumSHA256())
                ? probe.refusesWrongOnes().exceptionally(unknown -> false)
                : CompletableFuture.completedFuture(false);
    }

    private String base64Sha256() {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(image.sha256()));
    }

    private CompletableFuture<StoredImage> examine(String why) {
        return readBack().thenCompose(object -> switch (StoredContent.judge(
                address,
                image,
                object.asByteArrayUnsafe(),
                Optional.ofNullable(object.response().metadata().get(SHA256_METADATA)))) {
            case StoredContent.Whole(StoredImage found) -> {
                LOG.debug("event=image_found bucket={} key={} why=\"{}\"", image.bucket(), image.key(), why);
                yield CompletableFuture.completedFuture(found);
            }
            case StoredContent.Damaged damaged -> replace(object.response().eTag());
            case StoredContent.Foreign foreign ->
                CompletableFuture.failedFuture(new StorageConflictException(image.bucket(), image.key()));
        });
    }

    /** All of the object, for a part of it must not pass for damage. */
    private CompletableFuture<ResponseBytes<GetObjectResponse>> readBack() {
        return client.getObject(get -> get.bucket(image.bucket()).key(image.key()), AsyncResponseTransformer.toBytes())
                .thenApply(object -> {
                    int bytes = object.asByteArrayUnsafe().length;
                    Long length = object.response().contentLength();
                    if (length == null || length != bytes) {
                        throw new UnverifiedObjectException(bytes + " of " + length + " bytes could be read back");
                    }
                    return object;
                })
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(
                        StorageFault.hasStatus(failure, StorageFault.NOT_FOUND)
                                ? new UnverifiedObjectException("the key was taken, and then there was nothing")
                                : failure));
    }

    private CompletableFuture<StoredImage> replace(String etag) {
        LOG.warn("event=damaged_object_replaced bucket={} key={} etag={}", image.bucket(), image.key(), etag);
        return client.putObject(request().ifMatch(etag).build(), AsyncRequestBody.fromBytesUnsafe(png))
                .thenCompose(this::isProof)
                .thenApply(proven -> {
                    if (!proven) {
                        throw new UnverifiedObjectException("a damaged object was replaced, to be looked at again");
                    }
                    return image;
                })
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(
                        StorageFault.hasStatus(failure, StorageFault.PRECONDITION_FAILED)
                                ? new UnverifiedObjectException("another writer replaced a damaged object")
                                : failure));
    }
}
