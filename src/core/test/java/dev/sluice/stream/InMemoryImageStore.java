package dev.sluice.stream;

import dev.sluice.request.StoredImage;
import dev.sluice.storage.ImageAddress;
import dev.sluice.storage.ImageStore;
import dev.sluice.storage.ObjectKeys;
import dev.sluice.storage.StorageException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Simulates a store whose first object under a key stays, that answers at once, is out of order, or keeps its writers waiting. */
final class InMemoryImageStore implements ImageStore {
    static final String BUCKET = "images";

    private final Map<String, byte[]> objects = new ConcurrentHashMap<>();
    private volatile boolean outOfOrder;
    private volatile boolean earlier;
    private volatile CompletableFuture<Void> open = CompletableFuture.completedFuture(null);

    void breakDown() {
        outOfOrder = true;
    }

    /** Lets an earlier attempt's images win from now on. */
    void holdEarlierImages() {
        earlier = true;
    }

    /** Makes writes wait from now on. */
    void hold() {
        open = new CompletableFuture<>();
    }

    void letThrough() {
        open.complete(null);
    }

    int size() {
        return objects.size();
    }

    @Override
    public CompletionStage<StoredImage> put(ImageAddress address, byte[] png, Duration patience) {
        if (outOfOrder) {
            return CompletableFuture.failedFuture(
                    new StorageException("the simulated store is out of order", new IllegalStateException(), true));
        }
        String key = new ObjectKeys("").key(address);
        return open.thenApply(none -> {
            byte[] before = objects.putIfAbsent(key, png);
            byte[] found = before == null ? png : before;
            return new StoredImage(
                    address.index(),
                    BUCKET,
                    key,
                    Digests.sha256(found),
                    found.length,
                    address.seed(),
                    earlier || before != null);
        });
    }

    @Override
    public CompletionStage<byte[]> get(String bucket, String key) {
        return CompletableFuture.completedFuture(Objects.requireNonNull(objects.get(key), key));
    }

    @Override
    public void close() {}
}
