package dev.sluice.embedded;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.apache.avro.Schema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Subjects, their versions, and the schemas' ids. Ids count from 1 over all subjects and never change; the same schema has
 * the same id everywhere. Nothing is ever deleted.
 *
 * <p>Any thread may call; one at a time is let in. What a caller is told of is in the journal.
 */
final class SchemaStore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SchemaStore.class);

    private final Lock lock = new ReentrantLock();
    private final RegistryJournal journal;
    private final Map<String, List<RegistryEntry.Registered>> subjects = new TreeMap<>();
    private final List<Schema> schemasById = new ArrayList<>();
    private final Map<String, Integer> idsBySchema = new HashMap<>();
    private final Map<Optional<String>, CompatibilityLevel> levels = new HashMap<>();

    SchemaStore(RegistryJournal journal) throws IOException {
        this.journal = journal;
        levels.put(Optional.empty(), CompatibilityLevel.BACKWARD);
        journal.replay().forEach(this::apply);
    }

    List<String> subjects() {
        return locked(() -> List.copyOf(subjects.keySet()));
    }

    /** The subject's versions, oldest first; never empty. */
    List<RegistryEntry.Registered> versions(String subject) {
        return locked(() -> {
            List<RegistryEntry.Registered> versions = subjects.get(subject);
            if (versions == null) {
                throw RegistryException.subjectNotFound(subject);
            }
            return List.copyOf(versions);
        });
    }

    /** The version of the subject that this schema is, if any. */
    Optional<RegistryEntry.Registered> find(String subject, Schema schema) {
        String text = schema.toString();
        return versions(subject).stream()
                .filter(version -> version.schema().toString().equals(text))
                .findFirst();
    }

    Schema schema(int id) {
        return locked(() -> {
            if (id < 1 || id > schemasById.size()) {
                throw RegistryException.schemaNotFound();
            }
            return schemasById.get(id - 1);
        });
    }

    /** Makes the schema the subject's next version, unless it is one already. */
    RegistryEntry.Registered register(String subject, Schema schema) {
        return locked(() -> {
            List<RegistryEntry.Registered> versions = subjects.getOrDefault(subject, List.of());
            if (!versions.isEmpty()) {
                Optional<RegistryEntry.Registered> known = find(subject, schema);
                if (known.isPresent()) {
                    return known.get();
                }
            }
            List<String> objections = level(subject).objections(schema, schemas(versions));
            if (!objections.isEmpty()) {
                throw RegistryException.incompatible(String.join("; ", objections));
            }
            int id = idsBySchema.getOrDefault(schema.toString(), schemasById.size() + 1);
            RegistryEntry.Registered next = new RegistryEntry.Registered(subject, versions.size() + 1, id, schema);
            record(next);
            return next;
        });
    }

    static List<Schema> schemas(List<RegistryEntry.Registered> versions) {
        return versions.stream().map(RegistryEntry.Registered::schema).toList();
    }

    /** The level that holds for a subject: its own, or else that of all. */
    CompatibilityLevel level(String subject) {
        return locked(() -> ownLevel(Optional.of(subject)).or(() -> ownLevel(Optional.empty())))
                .orElseThrow();
    }

    /** The level that was set for just this subject, or with none for all; all have one from the start. */
    Optional<CompatibilityLevel> ownLevel(Optional<String> subject) {
        return locked(() -> Optional.ofNullable(levels.get(subject)));
    }

    void setLevel(Optional<String> subject, CompatibilityLevel level) {
        locked(() -> {
            RegistryEntry.LevelSet entry = new RegistryEntry.LevelSet(subject, level);
            record(entry);
            return entry;
        });
    }

    private void record(RegistryEntry entry) {
        try {
            journal.append(entry);
        } catch (IOException e) {
            LOG.error("event=registry_write_failed", e);
            throw RegistryException.storeFailed();
        }
        apply(entry);
    }

    private void apply(RegistryEntry entry) {
        switch (entry) {
            case RegistryEntry.Registered registered -> {
                subjects.computeIfAbsent(registered.subject(), name -> new ArrayList<>())
                        .add(registered);
                if (registered.id() == schemasById.size() + 1) {
                    schemasById.add(registered.schema());
                    idsBySchema.put(registered.schema().toString(), registered.id());
                }
            }
            case RegistryEntry.LevelSet set -> levels.put(set.subject(), set.level());
        }
    }

    private <T> T locked(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            journal.close();
        } finally {
            lock.unlock();
        }
    }
}
