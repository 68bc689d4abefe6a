package dev.sluice.wire;

import org.apache.avro.Schema;

/**
 * A subject of the registry with the contract that belongs there.
 *
 * @param schema this release's
 */
public record Subject(String name, Schema schema) {
    /** The subject of a topic's values. */
    public static Subject of(String topic, Schema schema) {
        return new Subject(nameOf(topic), schema);
    }

    static String nameOf(String topic) {
        return topic + "-value";
    }

    /** The subject and its contract, for people. */
    @Override
    public String toString() {
        return name + " (" + schema.getName() + ")";
    }
}
