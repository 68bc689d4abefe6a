package dev.sluice.request;

/**
 * An image that lies in the store.
 *
 * @param index number of the image within its request, from 0
 * @param sha256 of the object's bytes, lower-case hex
 * @param seed the request's seed, which with {@code index} keys the image's noise
 */
public record StoredImage(int index, String bucket, String key, String sha256, long sizeBytes, long seed) {}
