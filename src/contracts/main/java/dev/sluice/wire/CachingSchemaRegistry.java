package dev.sluice.wire;

import org.apache.avro.Schema;

/**
 * Remembers what a registry has answered: ids and schemas never change. Holds a bounded number of each and forgets the
 * longest unused first, so that records with ever new ids can't fill the memory. Failures are not remembered.
 */
public final class CachingSchemaRegistry implements SchemaRegistry {
    private static final int CAPACITY = 1000;

    private record Subject(String name, Schema schema) {}

    private final SchemaRegistry registry;
    private final RecentlyUsed<Subject, Integer> registered = new RecentlyUsed<>(CAPACITY);
    private final RecentlyUsed<Subject, Integer> lookedUp = new RecentlyUsed<>(CAPACITY);
    private final RecentlyUsed<Integer, Schema> schemas = new RecentlyUsed<>(CAPACITY);

    public CachingSchemaRegistry(SchemaRegistry registry) {
        this.registry = registry;
    }

    @Override
    public int register(String subject, Schema schema) {
        var key = new Subject(subject, schema);
        return registered.get(key).orElseGet(() -> registered.put(key, registry.register(subject, schema)));
    }

    @Override
    public int idOf(String subject, Schema schema) {
        var key = new Subject(subject, schema);
        return lookedUp.get(key).orElseGet(() -> lookedUp.put(key, registry.idOf(subject, schema)));
    }

    @Override
    public Schema schemaOf(int id) {
        return schemas.get(id).orElseGet(() -> schemas.put(id, registry.schemaOf(id)));
    }

    @Override
    public void close() {
        registry.close();
    }
}
