package dev.sluice.wire;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.Schema;

/** Simulates a registry that is always in reach, until it is told not to be. */
public final class InMemorySchemaRegistry implements SchemaRegistry {
    private final Map<Integer, Schema> schemas = new HashMap<>();
    private final Map<String, Map<Schema, Integer>> subjects = new HashMap<>();
    private boolean reachable = true;
    private int calls;

    @Override
    public synchronized int register(String subject, Schema schema) {
        beCalled();
        // A registry holds text, so what comes back from it has no Java properties.
        Schema stored = new Schema.Parser().parse(RegisteredForm.of(schema));
        return subjects.computeIfAbsent(subject, name -> new HashMap<>()).computeIfAbsent(stored, this::newId);
    }

    @Override
    public synchronized int idOf(String subject, Schema schema) {
        beCalled();
        Schema stored = new Schema.Parser().parse(RegisteredForm.of(schema));
        Integer id = subjects.getOrDefault(subject, Map.of()).get(stored);
        if (id == null) {
            throw new SchemaRejectedException(
                    SchemaRejectedException.Reason.MISSING, subject + " has no " + schema.getFullName());
        }
        return id;
    }

    @Override
    public synchronized Schema schemaOf(int id) {
        beCalled();
        if (!schemas.containsKey(id)) {
            throw new UnknownSchemaException(id);
        }
        return Objects.requireNonNull(schemas.get(id));
    }

    /** Makes the registry unreachable from now on, or reachable again. */
    public synchronized void setReachable(boolean reachable) {
        this.reachable = reachable;
    }

    /** How often the registry was asked, whether it answered or not. */
    public synchronized int calls() {
        return calls;
    }

    private int newId(Schema schema) {
        int id = schemas.size() + 1;
        schemas.put(id, schema);
        return id;
    }

    private void beCalled() {
        calls++;
        if (!reachable) {
            throw new RegistryUnavailableException("the simulated registry is out of reach");
        }
    }
}
