package dev.sluice.wire;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;

/**
 * Whether a schema that somebody else wrote may be used to decode. Three shapes let a few bytes cost any amount of
 * time, stack or memory: values that take no bytes (a billion nulls fit into five bytes), recursion (a byte a stack
 * frame), and records nested so that they double at each level. No contract needs one of them.
 */
final class WriterSchemaCheck {
    /** Most nodes of the schema with every named type written out where it is used. */
    static final int MAX_NODES = 10_000;

    /** Sizes of the named types walked so far, and the names of those being walked. */
    private final Map<String, Long> sizes = new HashMap<>();

    private final Set<String> open = new HashSet<>();
    private final int schemaId;

    private WriterSchemaCheck(int schemaId) {
        this.schemaId = schemaId;
    }

    /**
     * Lets a schema pass that can only cost time and memory in proportion to the record's length.
     *
     * @throws UndecodableException for any other
     */
    static void require(int schemaId, Schema schema) {
        new WriterSchemaCheck(schemaId).size(schema);
    }

    private long size(Schema schema) {
        long size = switch (schema.getType()) {
            case RECORD -> record(schema);
            case ARRAY -> 1 + size(schema.getElementType());
            case MAP -> 1 + size(schema.getValueType());
            case UNION -> 1 + union(schema);
            case NULL -> throw refused("has a null outside a union");
            case FIXED -> fixed(schema);
            case ENUM, STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN -> 1;
        };
        if (size > MAX_NODES) {
            throw refused("has over " + MAX_NODES + " nodes");
        }
        return size;
    }

    private long record(Schema record) {
        String name = record.getFullName();
        Long known = sizes.get(name);
        if (known != null) {
            return known;
        }
        if (record.getFields().isEmpty()) {
            throw refused("has a record without fields");
        }
        if (!open.add(name)) {
            throw refused("is recursive");
        }
        long size = 1;
        for (Schema.Field field : record.getFields()) {
            size += size(field.schema());
        }
        open.remove(name);
        sizes.put(name, size);
        return size;
    }

    private long union(Schema union) {
        // The branch's index is a byte, so a null is one too.
        return union.getTypes().stream()
                .mapToLong(branch -> branch.getType() == Schema.Type.NULL ? 1 : size(branch))
                .sum();
    }

    private long fixed(Schema fixed) {
        if (fixed.getFixedSize() == 0) {
            throw refused("has a fixed of no bytes");
        }
        return 1;
    }

    private UndecodableException refused(String why) {
        return new UndecodableException(
                UndecodableException.Reason.UNREADABLE_SCHEMA, "schema " + schemaId + " " + why);
    }
}
