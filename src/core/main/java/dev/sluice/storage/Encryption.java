package dev.sluice.storage;

import java.util.Optional;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/** How the store is asked to encrypt objects at rest. */
public sealed interface Encryption {
    /** Asks for no encryption. The bucket's default holds. */
    record BucketDefault() implements Encryption {}

    /** Encrypts with the store's own keys (SSE-S3, AES-256). */
    record StoreKeys() implements Encryption {}

    /**
     * Encrypts with a key of a key management service (SSE-KMS).
     *
     * @param keyId empty for the account's default key
     * @param bucketKey whether one data key serves many objects of the bucket, which saves calls to the service
     */
    record ManagedKey(Optional<String> keyId, boolean bucketKey) implements Encryption {}

    /** Asks for it in a write. */
    default PutObjectRequest.Builder applyTo(PutObjectRequest.Builder put) {
        return switch (this) {
            case BucketDefault none -> put;
            case StoreKeys own -> put.serverSideEncryption(ServerSideEncryption.AES256);
            case ManagedKey(Optional<String> keyId, boolean bucketKey) ->
                put.serverSideEncryption(ServerSideEncryption.AWS_KMS)
                        .ssekmsKeyId(keyId.orElse(null))
                        .bucketKeyEnabled(bucketKey);
        };
    }
}
