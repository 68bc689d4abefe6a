/**
 * What {@code sluice dlq} knows of dead letters: a {@link dev.sluice.deadletter.DeadLetterTopic} reads them and what became
 * of them off Kafka, a {@link dev.sluice.deadletter.Letter} says what one is and where it came from, and {@link
 * dev.sluice.deadletter.Resending} sends records back to where they were read. Nothing here is used while serving.
 */
@NullMarked
package dev.sluice.deadletter;

import org.jspecify.annotations.NullMarked;
