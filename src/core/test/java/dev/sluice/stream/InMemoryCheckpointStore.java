package dev.sluice.stream;

import dev.sluice.storage.CheckpointAddress;
import dev.sluice.storage.CheckpointStore;
import dev.sluice.storage.StorageException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Simulates a store that answers at once, is out of order, or keeps those who ask waiting. */
final class InMemoryCheckpointStore implements CheckpointStore {
    private final Map<CheckpointAddress, byte[]> objects = new ConcurrentHashMap<>();
    private final AtomicInteger puts = new AtomicInteger();
    private final AtomicInteger stored = new AtomicInteger();
    private final AtomicInteger gets = new AtomicInteger();
    private volatile boolean outOfOrder;
    private volatile CompletableFuture<Void> open = CompletableFuture.completedFuture(null);

    void breakDown() {
        outOfOrder = true;
    }

    /** Makes everyone wait from now on. */
    void hold() {
        open = new CompletableFuture<>();
    }

    void letThrough() {
        open.complete(null);
    }

    /** Puts something else in every object's place. */
    void overwriteAll(byte[] bytes) {
        objects.replaceAll((address, old) -> bytes);
    }

    int size() {
        return objects.size();
    }

    int puts() {
        return puts.get();
    }

    /** Puts that were answered. */
    int stored() {
        return stored.get();
    }

    int gets() {
        return gets.get();
    }

    @Override
    public CompletionStage<Void> put(CheckpointAddress address, byte[] snapshot) {
        puts.incrementAndGet();
        return answer().thenAccept(none -> {
            objects.put(address, snapshot);
            stored.incrementAndGet();
        });
    }

    @Override
    public CompletionStage<Optional<byte[]>> get(CheckpointAddress address) {
        gets.incrementAndGet();
        return answer().thenApply(none -> Optional.ofNullable(objects.get(address)));
    }

    @Override
    public CompletionStage<Void> delete(CheckpointAddress address) {
        return answer().thenAccept(none -> objects.remove(address));
    }

    private CompletableFuture<Void> answer() {
        return outOfOrder
                ? CompletableFuture.failedFuture(
                        new StorageException("the simulated store is out of order", new IllegalStateException(), true))
                : open;
    }

    @Override
    public void close() {}
}
