/**
 * Contracts and vocabulary, and the bytes between them.
 *
 * <p>Records come in from Kafka as bytes: {@link dev.sluice.wire.AvroDeserializer} turns them into the generated classes
 * of {@code schemas/}, {@link dev.sluice.codec.RequestDecoder} turns those into the vocabulary of {@code request}, which
 * goes on to {@code stream}. Outcomes come back from {@code stream}: {@link dev.sluice.codec.EventEncoder} turns them into
 * events, {@link dev.sluice.wire.CloudEvent} puts their envelope into the headers, {@link dev.sluice.wire.AvroSerializer}
 * turns them into bytes for Kafka. {@link dev.sluice.stream.StateSerdes} does the same for the state stores.
 *
 * <p>Nothing in here trusts its input. A record that can't be read is an {@link
 * dev.sluice.wire.UndecodableException}; a schema registry that can't be reached is a {@link
 * dev.sluice.wire.RegistryUnavailableException}, and no fault of the record's.
 */
@NullMarked
package dev.sluice.wire;

import org.jspecify.annotations.NullMarked;
