package dev.sluice.storage;

import dev.sluice.request.StoredImage;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletionStage;
import software.amazon.awssdk.core.BytesWrapper;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * Images as objects in S3-compatible storage: each a {@link VerifiedWrite}, attempted again while the store is troubled
 * ({@link RetryPolicy}).
 */
public final class S3ImageStore implements ImageStore {
    private final ThroughShutdown throughShutdown;
    private final S3Clients.Connection connection;
    private final S3AsyncClient client;
    private final ChecksumProbe probe;
    private final String bucket;
    private final ObjectKeys keys;
    private final Encryption encryption;
    private final Retrier retrier;

    public S3ImageStore(S3Settings settings) {
        this.throughShutdown = ThroughShutdown.hold(settings.client());
        this.connection = S3Clients.connect(settings);
        this.client = connection.client();
        this.bucket = settings.bucket();
        this.keys = settings.keys();
        this.encryption = settings.encryption();
        this.probe = new ChecksumProbe(client, encryption, bucket, keys.prefix());
        // What waits to be stored has been paid for, so a denial isn't believed before the budget is used up.
        this.retrier = new Retrier(settings.retry(), new StorageCounters(), connection.credentials()::renew);
    }

    @Override
    public CompletionStage<StoredImage> put(ImageAddress address, byte[] png, Duration patience) {
        String key = keys.key(address);
        String sha256 = HexFormat.of().formatHex(Sha256.of(png));
        StoredImage image = new StoredImage(address.index(), bucket, key, sha256, png.length, address.seed());
        VerifiedWrite write = new VerifiedWrite(client, encryption, probe, address, image, png);
        return retrier.run("put " + bucket + "/" + key, patience, write::attempt);
    }

    @Override
    public CompletionStage<byte[]> get(String fromBucket, String key) {
        return retrier.run(
                "get " + fromBucket + "/" + key,
                () -> client.getObject(get -> get.bucket(fromBucket).key(key), AsyncResponseTransformer.toBytes())
                        .thenApply(BytesWrapper::asByteArray));
    }

    /** How calls have fared. */
    public StorageCounters counters() {
        return retrier.counters();
    }

    @Override
    public void close() {
        connection.close();
        throughShutdown.close();
    }
}
