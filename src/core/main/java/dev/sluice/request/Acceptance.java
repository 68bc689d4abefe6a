package dev.sluice.request;

import java.time.Instant;

/**
 * A worker's acceptance of a request. It stays the same over all attempts and takeovers. Once the outcome is forgotten,
 * the same request again is another acceptance: it uses the device again and is charged again.
 *
 * @param contentHash of the request as it was published
 * @param at when, by the clock of the worker that did
 */
public record Acceptance(String contentHash, Instant at) {}
