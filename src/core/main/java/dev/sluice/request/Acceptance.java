package dev.sluice.request;

import java.time.Instant;

/**
 * That a worker took a request on. Stays the same over all attempts and takeovers. The same request again is another
 * acceptance once the outcome of the first is forgotten: it uses the device again and is charged again.
 *
 * @param contentHash of the request as it was published
 * @param at when, by the clock of the worker that did
 */
public record Acceptance(String contentHash, Instant at) {}
