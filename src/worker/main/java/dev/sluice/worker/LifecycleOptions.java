package dev.sluice.worker;

import java.time.Duration;

/**
 * What the configuration says of a worker's start and stop.
 *
 * @param startupPatience how long a start waits for Kafka and S3
 * @param shutdownGrace how long a stop goes on with what is started
 */
public record LifecycleOptions(Duration startupPatience, Duration shutdownGrace) {}
