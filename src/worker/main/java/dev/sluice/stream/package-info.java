/**
 * From the request topic to the event topics, exactly once. Records come in from Kafka; {@link
 * dev.sluice.stream.SettlingProcessor} records each request as pending and hands it to the engine; what ends there is
 * stored by {@link dev.sluice.stream.ImagePublisher} and settled in one transaction with its events. Knows nothing of
 * tensors.
 */
@NullMarked
package dev.sluice.stream;

import org.jspecify.annotations.NullMarked;
