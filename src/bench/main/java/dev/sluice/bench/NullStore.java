package dev.sluice.bench;

import dev.sluice.request.StoredImage;
import dev.sluice.storage.ImageAddress;
import dev.sluice.storage.ImageStore;
import dev.sluice.storage.ObjectKeys;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A store that keeps nothing and says at once what a real one would: key, checksum and size of what it was given. */
public final class NullStore implements ImageStore {
    private static final String BUCKET = "null";

    private final ObjectKeys keys = new ObjectKeys("images");

    @Override
    public CompletionStage<StoredImage> put(ImageAddress address, byte[] png, Duration patience) {
        return CompletableFuture.completedFuture(
                new StoredImage(address.index(), BUCKET, keys.key(address), sha256(png), png.length, address.seed()));
    }

    @Override
    public CompletionStage<byte[]> get(String bucket, String key) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException("the null store keeps nothing"));
    }

    @Override
    public void close() {}

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
