package dev.sluice.storage;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.BytesWrapper;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * Checkpoints as objects {@code prefix/request}, named by a digest of tenant and request id. A later one overwrites an earlier one. What
 * killed workers leave behind is for a lifecycle rule of the bucket to remove.
 */
public final class S3CheckpointStore implements CheckpointStore {
    private static final Logger LOG = LoggerFactory.getLogger(S3CheckpointStore.class);
    private static final int NOT_FOUND = 404;

    /** The next checkpoint makes up for one that was not written. */
    private static final RetryPolicy WRITING = new RetryPolicy(
            2, Duration.ofMillis(100), Duration.ofMillis(500), Duration.ofSeconds(10), Duration.ofSeconds(20));

    /** A request waits for it, and could begin anew instead. */
    private static final RetryPolicy READING = new RetryPolicy(
            3, Duration.ofMillis(50), Duration.ofMillis(200), Duration.ofSeconds(2), Duration.ofSeconds(4));

    private final ThroughShutdown throughShutdown;
    private final S3Clients.Connection connection;
    private final S3AsyncClient client;
    private final Encryption encryption;
    private final String bucket;
    private final String prefix;
    private final Duration ttl;
    private final Clock clock;
    private final StorageCounters counters;

    /**
     * A store with connections of its own.
     *
     * @param prefix of the keys; may be empty, without slashes at its ends
     * @param ttl after which a checkpoint is not used any more
     */
    public S3CheckpointStore(S3Settings settings, String prefix, Duration ttl, Clock clock) {
        this(settings, prefix, ttl, clock, new StorageCounters());
    }

    /** A store that counts its calls in {@code counters}. */
    public S3CheckpointStore(S3Settings settings, String prefix, Duration ttl, Clock clock, StorageCounters counters) {
        this.throughShutdown = ThroughShutdown.hold(settings.client());
        this.connection = S3Clients.connect(settings);
        this.client = connection.client();
        this.encryption = settings.encryption();
        this.bucket = settings.bucket();
        this.prefix = prefix;
        this.ttl = ttl;
        this.clock = clock;
        this.counters = counters;
    }

    @Override
    public CompletionStage<Void> put(CheckpointAddress address, byte[] snapshot) {
        String key = key(address);
        byte[] object = CheckpointFormat.write(address, clock.instant(), snapshot);
        return retrier(WRITING)
                .run(
                        "put " + bucket + "/" + key,
                        () -> client.putObject(
                                        put -> encryption
                                                .applyTo(put.bucket(bucket).key(key))
                                                .contentType("application/octet-stream")
                                                .contentLength((long) object.length),
                                        AsyncRequestBody.fromBytesUnsafe(object))
                                .thenApply(written -> null));
    }

    @Override
    public CompletionStage<Optional<byte[]>> get(CheckpointAddress address) {
        String key = key(address);
        return retrier(READING)
                .run("get " + bucket + "/" + key, () -> fetch(key))
                .thenApply(object -> object.flatMap(bytes -> usable(address, bytes)));
    }

    private CompletableFuture<Optional<byte[]>> fetch(String key) {
        return client.getObject(get -> get.bucket(bucket).key(key), AsyncResponseTransformer.toBytes())
                .thenApply(object -> Optional.of(object).map(BytesWrapper::asByteArrayUnsafe))
                .exceptionallyCompose(failure -> StorageFault.hasStatus(failure, NOT_FOUND)
                        ? CompletableFuture.completedFuture(Optional.empty())
                        : CompletableFuture.failedFuture(failure));
    }

    private Optional<byte[]> usable(CheckpointAddress address, byte[] object) {
        try {
            return Optional.of(CheckpointFormat.read(address, clock.instant().minus(ttl), object));
        } catch (IllegalArgumentException e) {
            LOG.warn("checkpoint_ignored request={} reason=\"{}\"", address.request(), e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public CompletionStage<Void> delete(CheckpointAddress address) {
        String key = key(address);
        return retrier(WRITING)
                .run(
                        "delete " + bucket + "/" + key,
                        () -> client.deleteObject(
                                        delete -> delete.bucket(bucket).key(key))
                                .thenApply(deleted -> null));
    }

    private Retrier retrier(RetryPolicy policy) {
        return new Retrier(policy, counters, connection.credentials()::renew);
    }

    private String key(CheckpointAddress address) {
        String name = ObjectKeys.idDigest(address.tenant(), address.request());
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    @Override
    public void close() {
        connection.close();
        throughShutdown.close();
    }
}
