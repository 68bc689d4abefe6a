/**
 * The contracts' records, and the bytes between them and Kafka.
 *
 * <p>Records come in as bytes. {@link dev.sluice.wire.AvroDeserializer} turns them into the generated classes of {@code
 * schemas/}, which {@code core}'s {@code RequestDecoder} reads. {@code EventEncoder} there writes outcomes, {@link
 * dev.sluice.wire.CloudEvent} puts their envelope into the headers, and {@link dev.sluice.wire.AvroSerializer} turns them into bytes.
 * The state stores' records, in {@code worker}, go the same way.
 *
 * <p>Nothing in here trusts its input. A record that can't be read is an {@link
 * dev.sluice.wire.UndecodableException}; a schema registry that can't be reached is a {@link
 * dev.sluice.wire.RegistryUnavailableException}, and no fault of the record's.
 */
@NullMarked
package dev.sluice.wire;

import org.jspecify.annotations.NullMarked;
