package dev.sluice.request;

/**
 * An image that lies in the store.
 *
 * @param index number of the image within its request, from 0
 * @param sha256 of the object's bytes, lower-case hex
 * @param seed the request's seed, which with {@code index} keys the image's noise
 * @param earlier whether an earlier attempt at the request made it, in batches that this one knows nothing of
 */
public record StoredImage(
        int index, String bucket, String key, String sha256, long sizeBytes, long seed, boolean earlier) {
    /** An image of this attempt. */
    public StoredImage(int index, String bucket, String key, String sha256, long sizeBytes, long seed) {
        this(index, bucket, key, sha256, sizeBytes, seed, false);
    }
}
