package dev.sluice.wire;

import org.apache.avro.Schema;

/** Gives schemas ids. Implementations may be called by many threads. */
public interface SchemaRegistry extends SchemasById, AutoCloseable {
    /**
     * Registers the schema under the subject, or finds that it is.
     *
     * @return the schema's id
     * @throws SchemaRejectedException where the registry refuses it
     * @throws RegistryUnavailableException where there is no answer
     */
    int register(String subject, Schema schema);

    /**
     * The id of a schema that is registered under the subject.
     *
     * @throws SchemaRejectedException where it is not
     * @throws RegistryUnavailableException where there is no answer
     */
    int idOf(String subject, Schema schema);

    @Override
    default void close() {}
}
