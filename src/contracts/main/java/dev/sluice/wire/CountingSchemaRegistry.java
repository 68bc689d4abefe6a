package dev.sluice.wire;

import java.util.function.Supplier;
import org.apache.avro.Schema;

/** Counts the calls that reach a registry. */
final class CountingSchemaRegistry implements SchemaRegistry {
    private final SchemaRegistry registry;
    private final RegistryCounts counts;

    CountingSchemaRegistry(SchemaRegistry registry, RegistryCounts counts) {
        this.registry = registry;
        this.counts = counts;
    }

    @Override
    public int register(String subject, Schema schema) {
        return counted(() -> registry.register(subject, schema));
    }

    @Override
    public int idOf(String subject, Schema schema) {
        return counted(() -> registry.idOf(subject, schema));
    }

    @Override
    public Schema schemaOf(int id) {
        return counted(() -> registry.schemaOf(id));
    }

    @Override
    public void close() {
        registry.close();
    }

    private <T> T counted(Supplier<T> call) {
        counts.called();
        try {
            return call.get();
        } catch (RegistryUnavailableException e) {
            counts.notAnswered();
            throw e;
        }
    }
}
