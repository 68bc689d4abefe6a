package dev.sluice.stream;

import dev.sluice.wire.RegistryCounts;

/**
 * What a stream has counted, for whoever asks; on any thread.
 *
 * @param unsettled requests that its tasks have accepted and not settled
 * @param deadLetters records that it could not answer
 * @param routed records that lay on another partition than their key's
 * @param registry calls to the schema registry
 * @param heldPartitions partitions that wait for a schema
 */
public record StreamCounts(
        Unsettled unsettled,
        DeadLetterCounts deadLetters,
        RoutedCounts routed,
        RegistryCounts registry,
        HeldPartitionCounts heldPartitions) {}
