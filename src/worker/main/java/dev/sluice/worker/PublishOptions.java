package dev.sluice.worker;

/**
 * What the configuration says of finished images.
 *
 * @param threads that encode
 * @param maxRequests requests being stored at which the worker takes no more
 */
public record PublishOptions(int threads, int maxRequests) {}
