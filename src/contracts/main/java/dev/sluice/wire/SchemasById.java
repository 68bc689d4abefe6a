package dev.sluice.wire;

import org.apache.avro.Schema;

/** Where a deserializer finds the schema that a record was written with. May be called by many threads. */
public interface SchemasById {
    /**
     * The schema of an id.
     *
     * @throws UndecodableException where the registry has none, or none that is Avro
     * @throws RegistryUnavailableException where there is no answer
     */
    Schema schemaOf(int id);
}
