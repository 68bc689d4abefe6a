package dev.sluice.storage;

import dev.sluice.request.DurationText;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletionException;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.services.s3.presigner.model.PresignedGetObjectRequest;

/**
 * Reads objects with the caller's own credentials, and makes links for people who have none. For commands: its methods block
 * until there is an answer, and the SDK asks again where that makes sense. Any thread may call.
 */
public final class ObjectReader implements ObjectSource {
    /** The longest that signature version 4 allows. */
    public static final Duration LONGEST_LINK = Duration.ofDays(7);

    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final StoreAccess access;
    private final Region region;
    private final RenewableCredentials credentials;
    private final S3AsyncClient client;

    /** One that has connected to nothing yet. */
    public ObjectReader(StoreAccess access) {
        this.access = access;
        region = Region.of(access.region().orElseGet(() -> regionFound(access)));
        credentials = S3Clients.credentials(access.credentials());
        client = S3AsyncClient.builder()
                .endpointOverride(access.endpoint().orElse(null))
                .region(region)
                .crossRegionAccessEnabled(access.endpoint().isEmpty())
                .forcePathStyle(access.pathStyle())
                .credentialsProvider(credentials)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .httpClientBuilder(NettyNioAsyncHttpClient.builder().connectionTimeout(CONNECT))
                .overrideConfiguration(calls -> calls.apiCallTimeout(PATIENCE))
                .build();
    }

    /**
     * A link that reads one object.
     *
     * @param expiresAt when it stops working: at the end of what was asked for, or with the credentials that signed it
     */
    public record Link(String url, Instant expiresAt) {}

    @Override
    public void download(String bucket, String key, Path file) {
        try {
            client.getObject(get -> get.bucket(bucket).key(key), AsyncResponseTransformer.toFile(file))
                    .join();
        } catch (CompletionException e) {
            throw failure("can't read s3://" + bucket + "/" + key, e);
        }
    }

    /**
     * Signs a link, without asking the store whether the object is there.
     *
     * @param validity at most {@link #LONGEST_LINK}
     * @throws StorageException where there are no credentials to sign with
     */
    public Link link(String bucket, String key, Duration validity) {
        if (!validity.isPositive() || validity.compareTo(LONGEST_LINK) > 0) {
            throw new IllegalArgumentException(
                    "a link lasts up to " + DurationText.of(LONGEST_LINK) + ", not " + DurationText.of(validity));
        }
        try (S3Presigner presigner = presigner(credentials)) {
            Instant untilCredentialsEnd =
                    credentials.resolveCredentials().expirationTime().orElse(Instant.MAX);
            PresignedGetObjectRequest signed = presigner.presignGetObject(link -> link.signatureDuration(validity)
                    .getObjectRequest(get -> get.bucket(bucket).key(key)));
            Instant end = signed.expiration().truncatedTo(ChronoUnit.SECONDS);
            return new Link(signed.url().toString(), end.isBefore(untilCredentialsEnd) ? end : untilCredentialsEnd);
        } catch (SdkException e) {
            throw failure("can't sign a link to s3://" + bucket + "/" + key, e);
        }
    }

    @Override
    public void close() {
        client.close();
        credentials.close();
    }

    private S3Presigner presigner(AwsCredentialsProvider signer) {
        S3Presigner.Builder builder = S3Presigner.builder()
                .region(region)
                .credentialsProvider(signer)
                .serviceConfiguration(S3Configuration.builder()
                        .pathStyleAccessEnabled(access.pathStyle())
                        .build());
        access.endpoint().ifPresent(builder::endpointOverride);
        return builder.build();
    }

    private StorageException failure(String what, Throwable cause) {
        String said = StorageFault.describe(cause, PATIENCE);
        String reason = said;
        if (StorageFault.hasStatus(cause, StorageFault.NOT_FOUND)) {
            reason = "there is no such object (" + said + ")";
        } else if (StorageFault.wantsCredentials(cause)) {
            reason =
                    "there are no credentials for it. AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or s3.access-key"
                            + " and s3.secret-key in the file of --command-config give some.";
        }
        return new StorageException(what + " at " + access.place() + ": " + reason, cause, false);
    }

    private static String regionFound(StoreAccess access) {
        if (access.endpoint().isEmpty()) {
            try {
                return DefaultAwsRegionProviderChain.builder()
                        .build()
                        .getRegion()
                        .id();
            } catch (SdkException e) {
                // Nothing says; the client follows where AWS sends it.
            }
        }
        return "us-east-1";
    }
}
