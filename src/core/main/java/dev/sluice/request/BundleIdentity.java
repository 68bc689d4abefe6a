package dev.sluice.request;

/**
 * Which model made the images.
 *
 * @param sha256 of the bundle's manifest, which holds the checksum of every other file; lower-case hex
 */
public record BundleIdentity(String name, String version, String sha256) {}
