package dev.sluice.worker;

import dev.sluice.engine.clock.EngineClock;
import dev.sluice.storage.S3CheckpointStore;
import dev.sluice.storage.S3Settings;
import dev.sluice.storage.StorageCounters;
import dev.sluice.stream.CheckpointSettings;
import dev.sluice.stream.Checkpoints;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/**
 * What the configuration says of checkpoints.
 *
 * @param when none are made where it says never
 * @param prefix of their keys, in the bucket of the images
 * @param ttl after which one is not used any more
 */
record CheckpointOptions(CheckpointSettings when, String prefix, Duration ttl) {
    /** The store gives up sooner; this is for one that answers never. */
    private static final Duration FETCH_PATIENCE = Duration.ofSeconds(5);

    /** The worker's checkpoints, where there are any. */
    Optional<Checkpoints> open(
            S3Settings s3, String platform, Clock clock, EngineClock engineClock, StorageCounters counters) {
        return when.on()
                ? Optional.of(new Checkpoints(
                        new S3CheckpointStore(s3, prefix, ttl, clock, counters),
                        when,
                        FETCH_PATIENCE,
                        platform,
                        engineClock))
                : Optional.empty();
    }
}
