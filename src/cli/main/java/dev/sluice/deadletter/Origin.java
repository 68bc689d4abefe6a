package dev.sluice.deadletter;

/** Where a worker read the record that became a dead letter; written {@code topic-3@17}. */
public record Origin(String topic, int partition, long offset) {
    /** Whether this is in a topic, or in a partition of one that is written {@code topic-3}. */
    public boolean isIn(String place) {
        return place.equals(topic) || place.equals(topic + "-" + partition);
    }

    @Override
    public String toString() {
        return topic + "-" + partition + "@" + offset;
    }
}
