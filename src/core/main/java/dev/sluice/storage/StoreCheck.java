package dev.sluice.storage;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * Whether a bucket can be used as the stores here use it: conditional writes, and reads, under a prefix. One small
 * object of a fixed name stays there; every check finds it again. It needs no permission that the stores don't need,
 * deleting least of all, and workers that start together don't disturb each other. The object's content does not
 * matter.
 *
 * <p>A store that takes a wrong checksum can be used. Images are then verified in another way, which the log says.
 */
public final class StoreCheck {
    private static final Logger LOG = LoggerFactory.getLogger(StoreCheck.class);

    private static final String NAME = "startup-check";
    private static final byte[] CONTENT =
            "A worker looked whether it may write here.\n".getBytes(StandardCharsets.UTF_8);

    private final S3Settings settings;

    public StoreCheck(S3Settings settings) {
        this.settings = settings;
    }

    /**
     * Writes and reads.
     *
     * @param prefixes of the keys that are going to be written; may be empty strings
     * @param patience with a store that can't be reached, for each prefix; one that answers is believed at once, and without
     *     credentials there is nothing to wait for
     * @return what is wrong, in words; nothing if all is well
     */
    public List<String> problems(List<String> prefixes, Duration patience) {
        RetryPolicy policy = new RetryPolicy(
                Integer.MAX_VALUE,
                Duration.ofMillis(100),
                Duration.ofSeconds(2),
                settings.retry().attemptTimeout(),
                patience);
        try (S3Clients.Connection connection = S3Clients.connect(settings)) {
            Optional<String> without = noCredentials(connection.credentials());
            if (without.isPresent()) {
                return List.of(without.get());
            }
            Asked asked = new Asked(connection.client(), new Retrier(policy));
            List<String> problems = prefixes.stream()
                    .map(prefix -> prefix.isEmpty() ? NAME : prefix + "/" + NAME)
                    .flatMap(key -> asked.problem(key).stream())
                    .distinct()
                    .toList();
            if (problems.isEmpty()) {
                asked.tellOfChecksums();
            }
            return problems;
        } catch (StorageException unusable) {
            return List.of(String.valueOf(unusable.getMessage()));
        }
    }

    private static Optional<String> noCredentials(RenewableCredentials credentials) {
        try {
            credentials.resolveCredentials();
            return Optional.empty();
        } catch (SdkException e) {
            LOG.debug("credentials_not_found", e);
            return Optional.of(
                    "s3.access-key: there are no credentials for S3. Looked for: s3.access-key and s3.secret-key,"
                            + " AWS_ACCESS_KEY_ID, a service account's token, a profile, a container's and an instance's role."
                            + " With log.level: debug the log says what each of them answered.");
        }
    }

    private final class Asked {
        private final S3AsyncClient client;
        private final Retrier retrier;

        Asked(S3AsyncClient client, Retrier retrier) {
            this.client = client;
            this.retrier = retrier;
        }

        Optional<String> problem(String key) {
            String what = settings.bucket() + "/" + key;
            try {
                retrier.run("put " + what, () -> put(key)).join();
                boolean twice = retrier.run("put " + what, () -> put(key)).join();
                retrier.run("get " + what, () -> get(key)).join();
                return twice
                        ? Optional.of("s3: " + where() + " ignores If-None-Match, without which two workers could"
                                + " write over each other's images")
                        : Optional.empty();
            } catch (CompletionException e) {
                return Optional.of(say(e));
            }
        }

        /** What holds where a store takes a wrong checksum; nothing to say of one that refuses it. */
        void tellOfChecksums() {
            ChecksumProbe probe = new ChecksumProbe(
                    client,
                    settings.encryption(),
                    settings.bucket(),
                    settings.keys().prefix());
            try {
                if (!retrier.run("put with a wrong checksum", probe::refusesWrongOnes)
                        .join()) {
                    tell("it takes objects with a wrong x-amz-checksum-sha256");
                }
            } catch (CompletionException e) {
                tell("it could not be asked whether it refuses a wrong checksum: "
                        + (e.getCause() == null ? e : e.getCause()).getMessage());
            }
        }

        private void tell(String found) {
            LOG.warn(
                    "store_checksums_unproven store={} found=\"{}\" holds=\"an image counts as stored once the store's ETag is its"
                            + " MD5, or else once it was read back\"",
                    where(),
                    found);
        }

        /** Whether the object was written; it is not where there was one. */
        private CompletableFuture<Boolean> put(String key) {
            PutObjectRequest.Builder request = settings.encryption()
                    .applyTo(PutObjectRequest.builder()
                            .bucket(settings.bucket())
                            .key(key)
                            .contentType("text/plain")
                            .contentLength((long) CONTENT.length));
            return client.putObject(request.ifNoneMatch("*").build(), AsyncRequestBody.fromBytesUnsafe(CONTENT))
                    .thenApply(written -> true)
                    .exceptionallyCompose(failure -> StorageFault.hasStatus(failure, StorageFault.PRECONDITION_FAILED)
                            ? CompletableFuture.completedFuture(false)
                            : CompletableFuture.failedFuture(failure));
        }

        private CompletableFuture<Boolean> get(String key) {
            return client.getObject(
                            request -> request.bucket(settings.bucket()).key(key), AsyncResponseTransformer.toBytes())
                    .thenApply(read -> true);
        }
    }

    private String say(CompletionException failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        int status = cause.getCause() instanceof AwsServiceException answer ? answer.statusCode() : 0;
        return switch (status) {
            case 401, 403 -> "s3.bucket: no permission for " + settings.bucket() + ": " + cause.getMessage();
            case 301, 307 ->
                "s3.region: " + settings.bucket() + " is not in " + settings.region() + ", or not at " + where() + ": "
                        + cause.getMessage();
            case StorageFault.NOT_FOUND ->
                "s3.bucket: there is no " + settings.bucket() + " at " + where() + ": " + cause.getMessage();
            case 0 -> "s3.endpoint: " + where() + " can't be reached: " + cause.getMessage();
            default -> "s3: " + where() + " answers " + status + ": " + cause.getMessage();
        };
    }

    private String where() {
        return settings.endpoint().map(Object::toString).orElse("S3 in " + settings.region());
    }
}
