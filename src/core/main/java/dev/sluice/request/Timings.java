package dev.sluice.request;

import java.time.Duration;
import java.time.Instant;

/**
 * Where the time went. Durations are measured on a monotonic clock.
 *
 * @param acceptedAt when the worker took the request on
 * @param finishedAt when its last image was stored, or it failed
 * @param waiting from acceptance to the first row
 * @param sampling from the first row to the last
 * @param storing encoding and upload
 */
public record Timings(Instant acceptedAt, Instant finishedAt, Duration waiting, Duration sampling, Duration storing) {}
